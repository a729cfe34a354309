// Package policy makes the smallest IAM policy with which the helper can serve
// registries with the settings in force. [For] makes one [Statement] for each action:
// it allows exactly the parameters, secrets and KMS keys of the registries' locations.
// The statements are written as JSON, CloudFormation or Terraform. The package makes no
// calls to AWS.
package policy

import (
	"cmp"
	"slices"
	"strings"

	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/resource"
)

// Account is the account and the Region of names that are not ARNs.
type Account struct {
	ID        string // twelve digits; "" where it is not known
	Partition string // "aws", "aws-cn", "aws-us-gov"; "" for that of the Region
	Region    string // of the caller; "" where it is not known
}

// The placeholders for what is not known.
const (
	NoAccount = "ACCOUNT"
	NoRegion  = "REGION"
)

// What says what the policy allows besides get.
type What struct {
	Write bool // store and erase
	List  bool
}

// Statement allows actions on resources.
type Statement struct {
	ID        string // letters and digits
	Actions   []string
	Resources []string
	Condition []Condition
}

// Condition is one of a statement's, of the form OPERATOR: {KEY: VALUE}.
type Condition struct{ Operator, Key, Value string }

// For returns the statements for the registries with these keys. What.Write adds
// nothing for a location that the helper never writes.
func For(s *settings.Settings, keys []string, account Account, what What) ([]Statement, error) {
	b := &builder{account: account}
	for _, key := range keys {
		o, err := s.For(key)
		if err != nil {
			return nil, err
		}
		b.registry(o, what)
	}
	if what.List {
		b.list(s.Common())
		for _, key := range s.Registries() {
			if o, err := s.For(key); err == nil {
				b.registry(o, What{})
			}
		}
	}
	return b.statements, nil
}

// builder joins the resources with one action and one condition in one statement.
type builder struct {
	account    Account
	statements []Statement
}

func (b *builder) allow(id string, condition []Condition, action string, resources ...string) {
	i := slices.IndexFunc(b.statements, func(s Statement) bool {
		return s.ID == id && slices.Equal(s.Condition, condition)
	})
	if i < 0 {
		// Two conditions for one action need two statements, whose ids have to differ.
		i = len(b.statements)
		b.statements = append(b.statements, Statement{ID: id, Condition: condition})
	}
	s := &b.statements[i]
	if !slices.Contains(s.Actions, action) {
		s.Actions = append(s.Actions, action)
	}
	for _, r := range resources {
		if !slices.Contains(s.Resources, r) {
			s.Resources = append(s.Resources, r)
		}
	}
}

// registry allows what one registry's get does, and its store and erase.
func (b *builder) registry(o settings.Options, what What) {
	if o.RoleARN != "" {
		b.allow("AssumeRole", nil, "sts:AssumeRole", o.RoleARN)
		own := b.account
		defer func() { b.account = own }()
		b.account.ID = strings.Split(o.RoleARN+":::::", ":")[4] // names that are not ARNs are in the role's account
	}
	region := cmp.Or(o.Region, b.account.Region, NoRegion)
	for _, r := range o.Location.Resources() {
		b.read(r, region)
	}
	for _, service := range o.Location.Services() {
		b.key(o, service, region, "kms:Decrypt")
	}
	if !what.Write || o.Location.ReadOnly() != "" {
		return
	}
	for _, r := range o.Location.Resources() {
		name := b.parameter(r.Name, region)
		if o.Location.Kind != settings.BelowPrefix || r == o.Location.Value {
			b.allow("StoreCredentials", nil, "ssm:PutParameter", name)
		}
		b.allow("EraseCredentials", nil, "ssm:DeleteParameters", name)
	}
	b.key(o, resource.ParameterStore, region, "kms:Encrypt")
}

// read allows reading one parameter or secret.
func (b *builder) read(r resource.Resource, region string) {
	if r.Service == resource.SecretsManager {
		b.allow("ReadSecrets", nil, "secretsmanager:GetSecretValue", b.secret(r.Name, region))
		return
	}
	b.allow("ReadParameters", nil, "ssm:GetParameters", b.parameter(r.Name, region))
	if secret, ok := r.Behind(); ok {
		b.allow("ReadSecrets", nil, "secretsmanager:GetSecretValue", b.secret(secret, region))
	}
}

// list allows the call that the verb list makes for the common section.
func (b *builder) list(common settings.Options) {
	region := cmp.Or(common.Region, b.account.Region, NoRegion)
	if common.Location.Shared {
		b.read(common.Location.Value, region)
		return
	}
	b.allow("ListParameters", nil, "ssm:GetParametersByPath", b.parameter(cmp.Or(common.Prefix, "/"), region))
	b.key(common, resource.ParameterStore, region, "kms:Decrypt")
}

// key allows an action with the KMS key of the settings, only when a service calls KMS.
// The AWS managed keys aws/ssm and aws/secretsmanager need no statement: they allow
// every principal of the account.
// Source: https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
func (b *builder) key(o settings.Options, service resource.Service, region, action string) {
	if o.KMSKeyID == "" || o.KMSKeyID == "alias/aws/ssm" {
		return
	}
	condition := []Condition{{"StringEquals", "kms:ViaService", service.Prefix() + "." + region + ".amazonaws.com" + b.domain(region)}}
	id := map[string]string{"kms:Decrypt": "Decrypt", "kms:Encrypt": "Encrypt"}[action] + map[resource.Service]string{resource.ParameterStore: "Parameters", resource.SecretsManager: "Secrets"}[service]
	key := o.KMSKeyID
	arn := strings.HasPrefix(key, "arn:")
	if _, alias, ok := strings.Cut(key, "alias/"); ok {
		// A policy names a key and not its alias; the alias is a condition.
		// Source: https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
		condition = append(condition, Condition{"ForAnyValue:StringEquals", "kms:ResourceAliases", "alias/" + alias})
		if arn {
			key, _, _ = strings.Cut(key, "alias/")
			key += "key/*"
		} else {
			key = "*"
		}
	}
	if !arn {
		key = "arn:" + b.partition(region) + ":kms:" + region + ":" + b.id() + ":key/" + key
	}
	b.allow(id, condition, action, key)
}

// parameter is the ARN of a parameter, as policies name it: without the version or
// label, and without a second slash.
func (b *builder) parameter(name, region string) string {
	if strings.HasPrefix(name, "arn:") {
		return strings.Join(strings.SplitN(name, ":", 7)[:6], ":")
	}
	name, _, _ = strings.Cut(name, ":")
	return "arn:" + b.partition(region) + ":ssm:" + region + ":" + b.id() + ":parameter/" + strings.TrimPrefix(name, "/")
}

// secret is the ARN of a secret. Secrets Manager adds a hyphen and six characters
// to a secret's name in its ARN, which a name and an ARN without them leave open.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html
func (b *builder) secret(id, region string) string {
	if !strings.HasPrefix(id, "arn:") {
		return "arn:" + b.partition(region) + ":secretsmanager:" + region + ":" + b.id() + ":secret:" + id + "-??????"
	}
	if i := strings.LastIndexByte(id, '-'); i < 0 || len(id)-i != len("-a1b2c3") {
		return id + "-??????"
	}
	return id
}

// partition is the account's or, where that is not known, the Region's.
func (b *builder) partition(region string) string {
	return cmp.Or(b.account.Partition, resource.Partition(region))
}

func (b *builder) id() string { return cmp.Or(b.account.ID, NoAccount) }

func (b *builder) domain(region string) string {
	if b.partition(region) == "aws-cn" {
		return ".cn"
	}
	return ""
}
