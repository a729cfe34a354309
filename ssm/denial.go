package ssm

import (
	"slices"
	"strings"

	"docker-credential-ssm/ssm/resource"
)

// denial is AWS's message about a call that a policy denies, parsed. The message itself
// is never shown. A part of it is used only where its form is certain; otherwise the
// part comes from the request.
type denial struct {
	action   string            // one that the call needs
	resource resource.Resource // the one of those asked for that AWS named; the first where it named none
	account  string            // of that resource, or of the caller; "" where AWS did not say
	caller   string            // the caller's account; ""
	key      string            // the ARN of the KMS key that AWS named; ""
	who      string            // "the role NAME", "the user NAME", or "the caller"
	policy   string            // the kind of policy, such as "session policy"; "" where AWS did not say
	explicit bool              // whether it has a Deny, or else lacks an Allow
	behind   bool              // whether the resource is a reference, and its secret is what is denied
	kms      bool              // whether the key is what is denied
}

// policies are AWS's names of the kinds of policy. TestDenials fails when one of
// them is no longer recognised in AWS's sentence.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func policies() []string {
	return []string{"identity-based policy", "resource-based policy", "service control policy", "resource control policy", "permissions boundary", "session policy", "VPC endpoint policy"}
}

// readDenial parses AWS's message: "User: ARN is not authorized to perform: ACTION on
// resource: RESOURCE because no POLICY allows the ACTION action", or "… with an
// explicit deny in a POLICY".
func readDenial(said, action string, asked []resource.Resource) denial {
	d := denial{action: action, who: "the caller"}
	if len(asked) > 0 {
		d.resource = asked[0]
	}
	said = said[:min(len(said), maxMessage)]
	if caller, ok := parseCaller(wordAfter(said, "User: ")); ok {
		d.who, d.caller, d.account = caller.who(), caller.account, caller.account
	}
	named := wordAfter(said, "is not authorized to perform: ")
	switch {
	case len(asked) == 0: // by STS, which has neither resources nor keys
	case slices.Contains(keyActions, named):
		d.kms, d.action = true, named
	case aboutKMS(said):
		d.kms, d.action = true, "kms:Decrypt"
		if action == "ssm:PutParameter" {
			d.action = "kms:Encrypt"
		}
	case named == "secretsmanager:GetSecretValue":
		d.action = named
	}
	for _, policy := range policies() {
		if len(asked) == 0 && strings.HasPrefix(policy, "resource") {
			continue
		}
		if strings.Contains(said, "with an explicit deny in a "+policy) || strings.Contains(said, "with an explicit deny in an "+policy) {
			d.policy, d.explicit = policy, true
		} else if strings.Contains(said, "because no "+policy+" allows") {
			d.policy = policy
		}
	}

	on := wordAfter(said, " on resource: ")
	if d.kms && isKey(on) {
		d.key = on
	}
	for _, r := range asked {
		if owner, ok := isNamed(on, r); ok {
			d.resource = r
			if owner != "" {
				d.account = owner
			}
			break
		}
	}
	if d.action == "secretsmanager:GetSecretValue" && action != d.action && !d.kms {
		// Parameter Store was asked for a reference.
		if _, ok := d.resource.Behind(); !ok {
			for _, r := range asked {
				if _, ok := r.Behind(); ok {
					d.resource = r
					break
				}
			}
		}
		if _, ok := d.resource.Behind(); ok {
			d.behind = true
		} else {
			d.action = action
		}
	}
	return d
}

// maxMessage is how much of AWS's message is parsed, in bytes.
const maxMessage = 8 << 10

// keyActions are the KMS actions that the services call on behalf of the caller.
var keyActions = []string{"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"}

// aboutKMS reports whether a denial that names no resource is about the KMS key: a
// denial of the parameter or secret has the same code. TestDenials fails when the words
// change.
func aboutKMS(said string) bool {
	return strings.Contains(said, "The ciphertext refers to a customer master key") || strings.Contains(said, "Access to KMS is not allowed") ||
		strings.Contains(said, "Service: Kms") || strings.Contains(said, "Service: AWSKMS")
}

// wordAfter is the text between a marker and the next white space; "" without the
// marker.
func wordAfter(said, mark string) string {
	_, rest, ok := strings.Cut(said, mark)
	if !ok {
		return ""
	}
	word := rest
	if i := strings.IndexAny(rest, " \t\r\n"); i >= 0 {
		word = rest[:i]
	}
	return word
}

// isNamed reports whether the name in AWS's message is that of a resource that was
// asked for, and returns the account in it.
func isNamed(named string, r resource.Resource) (account string, ok bool) {
	asked := r.Name
	secret, behind := r.Behind()
	if behind {
		asked = secret
	}
	plain := r.Plain()
	if behind {
		plain = secret
	}
	if named == asked || named == plain {
		if a, isARN := parseARN(asked); isARN {
			account = a.account
		}
		return account, named != ""
	}
	a, isARN := parseARN(named)
	if !isARN {
		return "", false
	}
	switch {
	case a.service == "ssm" && r.Service == resource.ParameterStore:
		name, isParameter := strings.CutPrefix(a.rest, "parameter/")
		return a.account, isParameter && strings.TrimSuffix(name, "/") == strings.Trim(plain, "/")
	case a.service == "secretsmanager" && (behind || r.Service == resource.SecretsManager):
		name, isSecret := strings.CutPrefix(a.rest, "secret:")
		return a.account, isSecret && (name == plain || isSuffixed(name, plain)) || isSuffixed(named, plain)
	}
	return "", false
}

// isSuffixed reports whether a secret's name has the six characters at its end
// that Secrets Manager adds.
func isSuffixed(name, plain string) bool {
	rest, ok := strings.CutPrefix(name, plain+"-")
	return ok && len(rest) == 6 && isOnly(rest, letters+digits)
}

const (
	letters   = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits    = "0123456789"
	hexDigits = "0123456789abcdef"
)

func isOnly(s, allowed string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(allowed, r) })
}

// arn is an ARN in its parts. The form of all parts but the last is checked.
type arn struct{ partition, service, region, account, rest string }

func parseARN(s string) (arn, bool) {
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" {
		return arn{}, false
	}
	a := arn{p[1], p[2], p[3], p[4], p[5]}
	return a, slices.Contains([]string{"aws", "aws-cn", "aws-us-gov"}, a.partition) && len(a.account) == 12 && isOnly(a.account, digits)
}

// isKey reports whether a text is the ARN of a KMS key, whose name is made of
// hexadecimal digits.
func isKey(s string) bool {
	a, ok := parseARN(s)
	id, isKey := strings.CutPrefix(a.rest, "key/")
	id = strings.TrimPrefix(id, "mrk-")
	return ok && isKey && a.service == "kms" && hasRegionForm(a.region) && len(id) <= 36 && isOnly(id, hexDigits+"-")
}

// hasRegionForm reports whether a text has the form of a Region's name.
func hasRegionForm(s string) bool {
	parts := strings.Split(s, "-")
	return len(s) <= 20 && len(parts) >= 3 && isOnly(s, "abcdefghijklmnopqrstuvwxyz-"+digits) && len(parts[len(parts)-1]) == 1
}

// whom is the caller that AWS denied.
type whom struct{ account, kind, name string }

// parseCaller reads the ARN of a user or of a role's session.
func parseCaller(s string) (whom, bool) {
	a, ok := parseARN(s)
	if !ok || a.region != "" {
		return whom{}, false
	}
	kind, rest, _ := strings.Cut(a.rest, "/")
	c := whom{account: a.account}
	switch {
	case a.service == "sts" && kind == "assumed-role":
		c.kind = "role"
		c.name, _, _ = strings.Cut(rest, "/")
	case a.service == "iam" && kind == "user":
		c.kind, c.name = "user", rest[strings.LastIndex(rest, "/")+1:]
	}
	return c, len(c.name) <= 64 && isOnly(c.name, letters+digits+"_+=,.@-")
}

func (c whom) who() string { return "the " + c.kind + " " + c.name }

// arn is the ARN by which a policy names the resource that was denied. An unknown
// account is written as *, which policies allow.
func (d denial) arn(region string) string {
	if d.kms {
		return d.key
	}
	r := d.resource
	if r.Name == "" {
		return "*"
	}
	account := d.account
	if account == "" {
		account = "*"
	}
	secret, behind := r.Behind()
	name := r.Plain()
	prefix := func(service string) string {
		return "arn:" + resource.Partition(region) + ":" + service + ":" + region + ":" + account + ":"
	}
	switch {
	case strings.HasPrefix(name, "arn:") && isSuffixless(name):
		return name + "-??????"
	case strings.HasPrefix(name, "arn:"):
		return name
	case d.behind && behind:
		return prefix("secretsmanager") + "secret:" + secret + "-??????"
	case r.Service == resource.SecretsManager:
		return prefix("secretsmanager") + "secret:" + name + "-??????"
	}
	return prefix("ssm") + "parameter/" + strings.TrimPrefix(name, "/")
}

// isSuffixless reports whether a secret's ARN seems to lack the six characters.
func isSuffixless(name string) bool {
	if !strings.Contains(name, ":secret:") {
		return false
	}
	i := strings.LastIndex(name, "-")
	return i < 0 || len(name)-i-1 != 6
}
