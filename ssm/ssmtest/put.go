package ssmtest

import (
	"regexp"
	"slices"
	"time"
)

const (
	tierStandard  = "Standard"
	tierAdvanced  = "Advanced"
	tierChosen    = "Intelligent-Tiering"
	standardLimit = 4096 // bytes of a value
	advancedLimit = 8192
	maxVersions   = 100
	tiersPage     = "For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
)

// nested is what Parameter Store takes for a reference to a parameter.
var nested = regexp.MustCompile(`\{\{.*\}\}`)

func (s *Server) putParameter(req *request) (any, *failure) {
	var in struct {
		Name, Type, Value, Tier, DataType string
		KeyID                             string `json:"KeyId"`
		Overwrite                         bool
	}
	if fail := req.decode(&in); fail != nil {
		return nil, fail
	}
	in.Name = clean(in.Name)
	if s.parameters[in.Name] != nil && !in.Overwrite {
		return nil, refuse("ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")
	}
	p, fail := s.put(s.parameters, in.Name, Parameter{Name: in.Name, Type: in.Type, Value: in.Value, KeyID: in.KeyID, Tier: in.Tier, DataType: in.DataType}, req.Region,
		func(p *Parameter) *failure {
			if p.Type != typeSecure {
				return nil
			}
			return s.useKey(req, "Encrypt", p.KeyID, p.Name)
		})
	if fail != nil {
		return nil, fail
	}
	return map[string]any{"Version": p.Version, "Tier": p.Tier}, nil
}

// put adds a version to a parameter, and encrypts it if its type is SecureString.
func (s *Server) put(to map[string]*parameter, key string, p Parameter, region string, encrypt func(*Parameter) *failure) (*Parameter, *failure) {
	if fail := checkName(p.Name, region); fail != nil {
		return nil, fail
	}
	var old *Parameter
	known := to[key]
	if known != nil {
		old = known.newest()
	}
	for _, step := range []func(p, old *Parameter) *failure{chooseType, chooseKey, chooseTier, checkValue, chooseDataType} {
		if fail := step(&p, old); fail != nil {
			return nil, fail
		}
	}
	if encrypt != nil {
		if fail := encrypt(&p); fail != nil {
			return nil, fail
		}
	}
	if known == nil {
		known = &parameter{}
	}
	if n := len(known.versions); n >= maxVersions {
		if oldest := known.versions[0]; len(oldest.Labels) > 0 {
			return nil, refuse("ParameterMaxVersionLimitExceeded", "You attempted to create a new version of %s by calling the PutParameter API with the overwrite flag. Version %d, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.", p.Name, oldest.Version)
		}
		known.versions = known.versions[1:]
	}
	p.Version, p.Labels = 1, slices.Clone(p.Labels)
	if old != nil {
		p.Version = old.Version + 1
	}
	if p.LastModified.IsZero() {
		p.LastModified = time.Now()
	}
	known.versions = append(known.versions, &p)
	known.label(&p, p.Labels)
	to[key] = known
	return &p, nil
}

func chooseType(p, old *Parameter) *failure {
	switch {
	case p.Type == "" && old == nil:
		return invalid("A parameter type is required when you create a parameter.")
	case p.Type == "":
		p.Type = old.Type
	case !slices.Contains([]string{"String", "StringList", typeSecure}, p.Type):
		return invalid("1 validation error detected: Value '%s' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [SecureString, StringList, String]", p.Type)
	case old != nil && p.Type != old.Type:
		return refuse("HierarchyTypeMismatchException", "Parameter Store does not support changing a parameter type in a hierarchy. For example, you can't change a parameter from a String type to a SecureString type. You must create a new, unique parameter.")
	}
	return nil
}

// chooseKey takes the default key where none is given, for a new version too:
// AWS does not remember the one before.
func chooseKey(p, _ *Parameter) *failure {
	switch {
	case p.KeyID != "" && p.Type != typeSecure:
		return invalid("KeyId is required for SecureString type parameter only.")
	case p.KeyID == "" && p.Type == typeSecure:
		p.KeyID = defaultKey
	}
	return nil
}

// chooseTier keeps a parameter in the advanced tier, which cannot be reverted.
func chooseTier(p, old *Parameter) *failure {
	wasAdvanced := old != nil && old.Tier == tierAdvanced
	switch p.Tier {
	case "", tierChosen:
		asked := p.Tier
		p.Tier = tierStandard
		if wasAdvanced || asked == tierChosen && len(p.Value) > standardLimit {
			p.Tier = tierAdvanced
		}
	case tierStandard:
		if wasAdvanced {
			return invalid("This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter. Be aware that standard parameters have a value limit of 4096 characters.")
		}
	case tierAdvanced:
	default:
		return invalid("1 validation error detected: Value '%s' at 'tier' failed to satisfy constraint: Member must satisfy enum value set: [Standard, Advanced, Intelligent-Tiering]", p.Tier)
	}
	return nil
}

// checkValue never repeats the value.
func checkValue(p, _ *Parameter) *failure {
	switch {
	case p.Value == "":
		return invalid("1 validation error detected: Value at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.")
	case nested.MatchString(p.Value):
		return invalid("Parameter value can't nest another parameter. Do not use \"{{}}\" in the value.")
	case p.Tier == tierStandard && len(p.Value) > standardLimit:
		return invalid("Standard tier parameters support a maximum parameter value of %d characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. %s", standardLimit, tiersPage)
	case len(p.Value) > advancedLimit:
		return invalid("Advanced tier parameters support a maximum parameter value of %d characters. %s", advancedLimit, tiersPage)
	}
	return nil
}

func chooseDataType(p, _ *Parameter) *failure {
	switch p.DataType {
	case "":
		p.DataType = "text"
	case "text", "aws:ec2:image", "aws:ssm:integration":
	default:
		return invalid("The following data type is not supported: %s (Data type names are all lowercase.)", p.DataType)
	}
	return nil
}
