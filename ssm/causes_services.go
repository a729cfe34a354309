package ssm

// serviceCauses are the causes for the error codes of the services. {name} is the
// parameter or secret, {service} "Parameter Store", {code} the code.
func serviceCauses() []cause {
	return []cause{
		// KMS.
		{name: "key-unusable",
			why:  "the KMS key of {name} in {region} is disabled, pending deletion or deleted ({code})",
			hint: "Enable the key, or store the credential again under another"},
		{name: "key-unusable-write",
			why:  "the KMS key that {name} in {region} would be encrypted with is disabled, deleted or unknown ({code})",
			hint: `Check DOCKER_CREDENTIAL_SSM_KMS_KEY_ID and "kmsKeyId" in config.json; without them the account's key aws/ssm is used`},

		// The credentials of the request, and its signature.
		{name: "expired",
			why:   "the session of the AWS credentials has expired ({code})",
			hint:  "Sign in again, with {login}",
			build: "Start the build again: the session of its role has ended"},
		{name: "expired-keys",
			why:  "the temporary AWS credentials in the environment have expired ({code})",
			hint: "Set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN to new ones, or unset all three"},
		{name: "no-session-token",
			why:  "{service} does not accept the temporary access key {access key} without its session token ({code})",
			hint: "Set AWS_SESSION_TOKEN, which belongs to the access key"},
		{name: "unknown-key",
			why:  "{service} in {region} does not know the access key{access key} or its session token ({code})",
			hint: "Check that AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the profile's, come from one place and still exist, and that the account has {region} enabled"},
		{name: "clock",
			why:  "{service} finds the time of the request's signature wrong ({code})",
			hint: "Set the machine's clock, which says {now} UTC: AWS takes five minutes of difference"},
		{name: "signature",
			why:  "{service} does not accept the signature ({code}): the secret access key is not that of the access key{access key}",
			hint: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY again, or the profile's, both from one place"},
		{name: "unsigned",
			why:  "the request came to {service} without a whole signature ({code})",
			hint: "Check that no proxy on the way changes headers, and that the AWS keys have no white space in them"},
		{name: "not-enabled",
			why:  "the AWS account has no access to {service} in {region} ({code})",
			hint: "Enable the Region and the service in the account, or name another Region with DOCKER_CREDENTIAL_SSM_REGION"},

		// Parameter Store.
		{name: "no-version",
			why:  "{name} does not exist in {region} ({code})",
			hint: `Check the name, and the version or label after the colon: aws ssm get-parameter-history --region {region} --name {plain}`},
		{name: "plain-string",
			why:  "{name} in {region} exists with another type than SecureString, which cannot be changed ({code})",
			hint: "Delete it, with aws ssm delete-parameter --region {region} --name {plain}, and store again"},
		{name: "too-many-parameters",
			why:  "the account has as many parameters in {region} as it may ({code})",
			hint: "Delete some, or let the account have 100,000: aws ssm update-service-setting --setting-id /ssm/parameter-store/default-parameter-tier --setting-value Advanced"},
		{name: "too-many-versions",
			why:  "{name} in {region} has 100 versions, and the oldest has a label, so that it cannot be dropped ({code})",
			hint: "Move the label to another version, with aws ssm label-parameter-version --region {region} --name {plain} --labels LABEL, and store again"},
		{name: "too-many-updates",
			why:  "{name} in {region} is being changed by somebody else ({code})",
			hint: "Run it again in a few seconds"},
		{name: "name-refused",
			why:  "the name {name} is not one that Parameter Store takes ({code})",
			hint: `Give the registry a "parameter" of its own in config.json, or another prefix: DOCKER_CREDENTIAL_SSM_PREFIX`},
		{name: "invalid",
			why:  "{service} finds the request for {name} invalid ({code})",
			hint: "Check the name and the prefix, and DOCKER_CREDENTIAL_SSM_KMS_KEY_ID when storing"},

		// Secrets Manager.
		{name: "marked-for-deletion",
			why:  "{name} in {region} is marked for deletion ({code})",
			hint: "Restore it, with aws secretsmanager restore-secret --region {region} --secret-id {plain}, or name another secret"},
		{name: "secret-state",
			why:  "{name} in {region} cannot be read in its present state ({code})",
			hint: "Look at it, with aws secretsmanager describe-secret --region {region} --secret-id {plain}"},

		// Any service.
		{name: "throttled",
			why:  "{service} in {region} throttles this account's calls, up to the deadline",
			hint: "Let fewer builds start at once, raise DOCKER_CREDENTIAL_SSM_TIMEOUT, or raise the account's limit: {limit}"},
		{name: "server-error",
			why:  "{service} in {region} has an internal error ({code})",
			hint: "Run it again, and look at https://health.aws.amazon.com if it persists"},
		{name: "refused",
			why:  "{action} on {name} in {region} was refused with {code}",
			hint: "Look {code} up among the errors of {service}'s API reference" + SeeDoctor},
		{name: "refused-unknown",
			why:  "{action} on {name} in {region} was refused with an error of an unknown kind",
			hint: "{check}" + SeeDoctor},
	}
}
