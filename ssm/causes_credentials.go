package ssm

// credentialCauses are the causes for missing AWS credentials, and for what is read
// before them: the Region, AWS's variables and files.
func credentialCauses() []cause {
	return []cause{
		// No source has credentials.
		{name: "credentials-none", why: "there are no AWS credentials: none in the environment, in a profile, from a container or from EC2", hint: "{give}"},
		{name: "half-key", why: "there are no AWS credentials: {has} is set, and {lacks} is not", hint: "Set {lacks} too, or remove the other: {unset}"},
		{name: "environment-empty", why: "the profile {profile} takes its credentials from the environment, and AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set", hint: "Set both, or change credential_source in {file}"},

		// AWS's files.
		{name: "aws-file-mark", why: "{file} begins with a byte order mark, so that AWS's SDKs do not see its first section", hint: "Remove the mark: {rewrite}"},
		{name: "aws-file-utf16", why: "{file} is in UTF-16, which AWS's SDKs do not read", hint: "Write it as UTF-8: {rewrite}"},
		{name: "aws-file-section", why: "{file} has a section without its closing bracket in line {line}, which AWS's SDKs skip", hint: "Write ] at the end of line {line}"},
		{name: "aws-file-long", why: "{file} is longer than 1 MB, the most that is read of it", hint: "Remove what does not belong there, or name another file in AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE"},
		{name: "aws-file-unreadable", why: "{file} cannot be read: {trouble}", hint: "Let this user read it, or name another file in AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE"},

		// Profiles.
		{name: "profile-none", why: "there is no AWS profile {profile}, which {origin} names", hint: "Correct the name, or write the profile: aws configure --profile {name}", build: "Nothing made that profile here: {drop}, so that the role of the build, task or pod is used"},
		{name: "profile-section", why: "there is no AWS profile {profile}, which {origin} names: {file} has a section [{name}]", hint: "Write [profile {name}] there"},
		{name: "profile-half-key", why: "the profile {profile} in {file} has {has} and no {lacks}", hint: "Add {lacks}, or remove {has}"},
		{name: "profile-two-sources", why: "the profile {profile} in {file} has more than one source of credentials: {sources}", hint: "Keep one of them"},
		{name: "profile-no-role", why: "the profile {profile} in {file} has {has} and no role_arn", hint: "Add role_arn, or remove {has}"},
		{name: "profile-source", why: "the profile {profile} in {file} names {value} as its credential_source, which is not Environment, Ec2InstanceMetadata or EcsContainer", hint: "Write one of these"},
		{name: "source-profile-none", why: "the profile {profile} in {file} names {value} as its source_profile, which does not exist", hint: "Correct the name, or write the profile: aws configure --profile {source}"},
		{name: "source-profile-empty", why: "the profile {profile} in {file} names {value} as its source_profile, which has no credentials", hint: "Give it some: aws configure --profile {source}"},
		{name: "source-profile-loop", why: "the source_profile settings in {file} form a loop: {way}", hint: "Let source_profile of the last end at a profile with credentials"},
		{name: "aws-config", why: "AWS's SDK does not accept {what}", hint: "Correct the value, or remove it{how}"},

		// credential_process.
		{name: "process-shell", why: "credential_process of the profile {profile} did not start: there is no {field} on the PATH, which starts it", hint: "Add one to the PATH or to the image, or give the AWS credentials in another way"},
		{name: "process-start", why: "credential_process of the profile {profile} did not start: exit status {status}{said}", hint: "Check that its program is installed, and on the PATH of whoever runs this"},
		{name: "process-exit", why: "credential_process of the profile {profile} failed with exit status {status}{said}", hint: "Run its command, which is in {file}, by itself"},
		{name: "process-output", why: "credential_process of the profile {profile} printed something other than AWS credentials{field}{said}", hint: `It has to print {"Version": 1, "AccessKeyId": "…", "SecretAccessKey": "…"}, and a date as 2030-01-02T03:04:05Z`},
		{name: "process-expired", why: "credential_process of the profile {profile} gave AWS credentials that expired at {time}", hint: "Have it get new ones, and check the machine's clock"},
		{name: "process-slow", why: "credential_process of the profile {profile} did not finish", hint: "Raise DOCKER_CREDENTIAL_SSM_TIMEOUT, or have the process ask nobody"},

		// Containers, and EKS Pod Identity.
		{name: "container-uri", why: "{variable} does not hold a URL with http:// or https:// and a host", hint: "Leave {variable} as ECS, CodeBuild or EKS sets it, or remove it: {unset}"},
		{name: "container-host", why: "{variable} names the host {host}, which is neither this machine nor that of ECS or EKS, so that http:// is not allowed", hint: "Use https://, or remove it: {unset}"},
		{name: "container-token", why: "the token for AWS credentials from {host} cannot be read: {variable} names {file}, and {trouble}", hint: "Let this user read it; in a container, mount the file there"},
		{name: "container-token-line", why: "the token for AWS credentials from {host} has a line end in it, in {variable}", hint: "Write it without: {trim}"},
		{name: "container-unset", why: "the profile {profile} takes its credentials from a container, and neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set", hint: "Pass the one that is set outside on, as with docker run -e AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"},
		{name: "container-status", why: "{host} refused AWS credentials with HTTP status {status}; {variable} asks there", hint: "Check that {variable}{token} is the one of this task, build or pod"},
		{name: "container-answer", why: "{host} answered with something other than AWS credentials; {variable} asks there", hint: "Check {variable}, or remove it: {unset}"},
		{name: "container-unreachable", why: "{host}, which {variable} names for AWS credentials, {trouble}", hint: "Check that this container has the network of its task, build or pod, or remove the variable: {unset}"},

		// Roles.
		{name: "role-denied", why: "{caller} may not assume {role}: sts:AssumeRole is denied", hint: "Allow sts:AssumeRole on {role} in the caller's policy, and the caller in the role's trust policy{external}"},
		{name: "role-expired", why: "the AWS credentials that are to assume {role} have expired", hint: "{renew}"},
		{name: "role-key", why: "AWS does not accept the credentials that are to assume {role} ({code})", hint: "Check the access key and its secret in {source}, and the machine's clock"},
		{name: "role-duration", why: "STS does not give a session of {role} for duration_seconds of the profile {profile}", hint: "Lower duration_seconds, or raise the role's maximum session duration"},
		{name: "role-invalid", why: "STS does not accept the request to assume {role} ({code})", hint: "Check the role's ARN, in {where}"},
		{name: "role-region", why: "AWS STS is not active in {region} for the account of {role}", hint: "Activate {region} in the account settings of IAM, under STS"},
		{name: "role-refused", why: "STS refused to assume {role} with {code}", hint: "Look the code up in the AWS STS API reference"},
		{name: "sts-unreachable", why: "AWS STS{host}, which is to give the session of {role}, {trouble}", hint: "Check the network, HTTPS_PROXY and AWS_ENDPOINT_URL_STS"},
		{name: "mfa-terminal", why: "{role} needs an MFA code, and there is no terminal to ask on", hint: "Run the client from a terminal, or use a profile that needs no code", build: "A build cannot type one: {drop}, and use a role that needs no code"},
		{name: "mfa-silence", why: "nobody typed the MFA code for {role} within {time}", hint: "Run it again, and type the code of the device {device}"},
		{name: "mfa-refused", why: "STS refused the MFA code for {role}", hint: "Type the code that the device {device} shows now; each code works once"},

		// Web identity.
		{name: "web-identity-role", why: "{variable} is set, and AWS_ROLE_ARN is not", hint: "Set AWS_ROLE_ARN to the role's ARN, or remove the other: {unset}"},
		{name: "web-identity-file", why: "the web identity token cannot be read: {variable} names {file}, and {trouble}", hint: "Mount the token there, or remove the variable: {unset}"},
		{name: "web-identity-expired", why: "the web identity token in {file} has expired, so that {role} cannot be assumed", hint: "Have the service that writes it write a new one; in a build, ask for the token in the same job"},
		{name: "web-identity-token", why: "STS does not accept the web identity token in {file} for {role} ({code})", hint: "Check that the role's account has an identity provider with the token's issuer and audience"},
		{name: "web-identity-denied", why: "the web identity token in {file} may not assume {role}: sts:AssumeRoleWithWebIdentity is denied", hint: "Allow the token's subject and audience in the role's trust policy, with the action sts:AssumeRoleWithWebIdentity"},

		// aws sso login and aws login.
		{name: "sso-never", why: "there is no AWS SSO session for the profile {profile}", hint: "{login}"},
		{name: "sso-expired", why: "the AWS SSO session of the profile {profile} has expired", hint: "{login}"},
		{name: "sso-broken", why: "the AWS SSO session of the profile {profile} is in {file}, which cannot be used", hint: "{login}"},
		{name: "sso-access", why: "AWS SSO gives no access to the role {role} in account {account}, which the profile {profile} names", hint: "Check sso_role_name and sso_account_id in {file}, or have the permission set assigned"},
		{name: "sso-refused", why: "AWS SSO refused with {code}", hint: "Look the code up in the AWS IAM Identity Center API reference"},
		{name: "sso-unreachable", why: "AWS SSO{host}, which the profile {profile} needs, {trouble}", hint: "Check the network, HTTPS_PROXY and sso_region in {file}"},
		{name: "sso-settings", why: "the profile {profile} uses AWS SSO, and {file} {lacks}", hint: "Run aws configure sso --profile {name}", build: "A build cannot use AWS SSO: {drop}, and give it a role"},
		{name: "login-never", why: "there is no session of aws login for the profile {profile}", hint: "{login}"},
		{name: "login-expired", why: "the session of aws login for the profile {profile} has expired", hint: "{login}"},
		{name: "login-broken", why: "the session of aws login for the profile {profile} is in {file}, which cannot be used", hint: "{login}"},
		{name: "login-denied", why: "the session of aws login for the profile {profile} cannot be renewed: signin:CreateOAuth2Token is denied", hint: "Allow signin:CreateOAuth2Token to whoever signed in"},
		{name: "login-refused", why: "AWS's sign-in service refused to renew the session of aws login for the profile {profile}, with {code}", hint: "Run it again. {login}"},
		{name: "login-unreachable", why: "AWS's sign-in service{host}, which the profile {profile} needs, {trouble}", hint: "Check the network, HTTPS_PROXY and the profile's Region"},

		// EC2.
		{name: "ec2-role", why: "the EC2 instance has no role, and there are no other AWS credentials", hint: "Attach an instance profile with a role to the instance"},
		{name: "ec2-token", why: "the EC2 metadata service asks for a token (HTTP status 401), and gave none", hint: "In a container, set the instance's metadata hop limit to 2: aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2 --instance-id ID"},
		{name: "ec2-status", why: "the EC2 metadata service refused AWS credentials with HTTP status {status}", hint: "Check the instance's metadata options"},
		{name: "ec2-answer", why: "the EC2 metadata service has no AWS credentials for the instance's role{code}", hint: "Check that the instance profile's role exists, and that its trust policy allows ec2.amazonaws.com"},

		// Region, variables and certificates.
		{name: "region-none", why: "no AWS Region is set", hint: "{region}"},
		{name: "region-invalid", why: "{where} is not the name of a Region", hint: "Write one such as eu-central-1"},
		{name: "variable-space", why: "{variable} {slip}", hint: "Correct it where it is set, or here: {trim}"},
		{name: "endpoint-invalid", why: "{variable} is not a URL that begins with http:// or https://", hint: "Write it with https:// and the host, or remove it: {unset}"},
		{name: "bundle", why: "{where} names {file} for the certificates to trust, and {trouble}", hint: "{mend}"},
		{name: "credentials-interrupted", why: "interrupted", hint: "Run it again"},
		{name: "credentials-unknown", why: "AWS credentials could not be had from {source} in time,", hint: "Raise DOCKER_CREDENTIAL_SSM_TIMEOUT"},
	}
}
