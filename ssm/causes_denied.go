package ssm

// deniedCauses are the causes for calls that a policy denies. They say which policy
// must change, and where it is. {target} is "access to NAME" or "the KMS key of NAME",
// {on} its ARN, for a policy.
func deniedCauses() []cause {
	return []cause{
		{name: "denied",
			why:  "{target} in {region} is denied to {who}",
			hint: "Allow {action} on {on} in the policy of {who}"},
		{name: "denied-identity",
			why:  "{target} in {region} is denied to {who}: no identity-based policy allows {action}",
			hint: "Allow {action} on {on} in the policy of {who}"},
		{name: "denied-identity-deny",
			why:  "{target} in {region} is denied to {who}: an identity-based policy has a Deny of {action}",
			hint: "Take the Deny of {action} on {on} out of the policies of {who}; an Allow beside it changes nothing"},
		{name: "denied-resource",
			why:  "{target} in {region} is denied to {who}: no resource-based policy allows {action}",
			hint: "Allow {action} to {who} in the resource policy of {name}, in the account that owns it"},
		{name: "denied-share",
			why:  "{target} in {region} is denied to {who}: its owner does not share it",
			hint: "Have the owner share {name} with this account in AWS RAM, and allow {action} on it in the policy of {who}"},
		{name: "denied-resource-deny",
			why:  "{target} in {region} is denied to {who}: a resource-based policy has a Deny of {action}",
			hint: "Take the Deny of {action} out of the resource policy of {name}, in the account that owns it"},
		{name: "denied-scp",
			why:  "{target} in {region} is denied to {who}: no service control policy allows {action}",
			hint: "Have an administrator of the AWS organization allow {action} on {on} in the account's service control policies; the account itself cannot"},
		{name: "denied-scp-deny",
			why:  "{target} in {region} is denied to {who}: a service control policy has a Deny of {action}",
			hint: "Have an administrator of the AWS organization take the Deny of {action} on {on} out of the account's service control policies; the account itself cannot"},
		{name: "denied-rcp",
			why:  "{target} in {region} is denied to {who}: a resource control policy does not let it through",
			hint: "Have an administrator of the AWS organization allow {action} on {on} in the resource control policies of the account that owns it"},
		{name: "denied-boundary",
			why:  "{target} in {region} is denied to {who}: no permissions boundary allows {action}",
			hint: "Allow {action} on {on} in the permissions boundary of {who}"},
		{name: "denied-boundary-deny",
			why:  "{target} in {region} is denied to {who}: a permissions boundary has a Deny of {action}",
			hint: "Take the Deny of {action} on {on} out of the permissions boundary of {who}"},
		{name: "denied-session",
			why:  "{target} in {region} is denied to {who}: no session policy allows {action}",
			hint: "Allow {action} on {on} in the session policy that the session of {who} was made with"},
		{name: "denied-session-deny",
			why:  "{target} in {region} is denied to {who}: a session policy has a Deny of {action}",
			hint: "Take the Deny of {action} on {on} out of the session policy that the session of {who} was made with"},
		{name: "denied-endpoint",
			why:  "{target} in {region} is denied to {who}: no VPC endpoint policy allows {action}",
			hint: "Allow {action} on {on} in the policy of the VPC endpoint com.amazonaws.{region}.{prefix}"},
		{name: "denied-endpoint-deny",
			why:  "{target} in {region} is denied to {who}: a VPC endpoint policy has a Deny of {action}",
			hint: "Take the Deny of {action} on {on} out of the policy of the VPC endpoint com.amazonaws.{region}.{prefix}"},

		{name: "denied-key",
			why:  "{target} in {region} is denied to {who}",
			hint: "Allow {action} on {on} in the policy of {who} and in the key's policy"},
		{name: "denied-key-policy",
			why:  "{target} in {region} is denied to {who}: the key's policy does not allow {action}",
			hint: "Allow {action} to {who} in the policy of the key{key}"},
		{name: "denied-key-shared",
			why:  "{target} in {region}, which is another account's, is denied to {who}",
			hint: "Have the owner of {name} share its key too: allow {action} to this account in the key's policy, and to {who} on the key in its own policy"},
		{name: "denied-default-key",
			why:  "{name} in {region} is another account's and encrypted with the key aws/secretsmanager, which no other account can use",
			hint: "Have the owner encrypt the secret with a KMS key of theirs, and allow kms:Decrypt on that to this account"},
	}
}

// deniedCause is the name of the row for a denial.
func deniedCause(d denial, foreign bool) string {
	deny := ""
	if d.explicit {
		deny = "-deny"
	}
	switch {
	case d.kms && foreign && !d.explicit:
		return "denied-key-shared"
	case d.kms && !d.explicit && d.policy == "resource-based policy":
		return "denied-key-policy"
	case d.kms && !d.explicit && (d.policy == "" || d.policy == "identity-based policy"):
		return "denied-key"
	}
	switch d.policy {
	case "identity-based policy":
		return "denied-identity" + deny
	case "resource-based policy":
		if d.resource.Service.Prefix() == "ssm" && !d.behind && !d.kms && !d.explicit {
			return "denied-share"
		}
		return "denied-resource" + deny
	case "service control policy":
		return "denied-scp" + deny
	case "resource control policy":
		return "denied-rcp"
	case "permissions boundary":
		return "denied-boundary" + deny
	case "session policy":
		return "denied-session" + deny
	case "VPC endpoint policy":
		return "denied-endpoint" + deny
	}
	return "denied"
}
