package ssmtest

func (s *Server) deleteParameter(req *request) (any, *failure) {
	if len(req.Names) != 1 {
		return nil, errNoName
	}
	if !s.delete(req.Names[0]) {
		return nil, refuse("ParameterNotFound", "")
	}
	return struct{}{}, nil
}

func (s *Server) deleteParameters(req *request) (any, *failure) {
	if fail := checkNames(req.Names); fail != nil {
		return nil, fail
	}
	deleted, missing := []string{}, []string{}
	for _, name := range req.Names {
		if s.delete(name) {
			deleted = append(deleted, clean(name))
		} else {
			missing = append(missing, name)
		}
	}
	return map[string]any{"DeletedParameters": deleted, "InvalidParameters": missing}, nil
}

// delete takes names alone: no selector, no ARN.
func (s *Server) delete(name string) bool {
	_, known := s.parameters[clean(name)]
	delete(s.parameters, clean(name))
	return known
}
