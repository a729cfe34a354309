"""moto's server, with IAM enforced on the resources of Parameter Store and Secrets Manager.

moto evaluates policies, but asks them about the resource "*" for these two services,
which no policy with a real ARN allows, and answers a denial in XML, which these two
services do not speak. This gives it the resources that a request is about, the actions
that AWS asks for besides (the secret behind a reference, the KMS key of a value), the
wildcard ? in a policy, and AWS's own answer. Who is allowed what stays moto's to say.

    python3 moto_iam.py HOST PORT

A POST of "0" to /moto-api/reset-auth as text/plain begins the enforcement.
"""

import json
import re
import sys

from moto import settings
from moto.core.responses import ActionAuthenticatorMixin
from moto.iam.access_control import AccessDeniedError, IAMPolicyStatement, IAMRequest
from moto.secretsmanager.responses import SecretsManagerResponse
from moto.server import main
from moto.ssm.responses import SimpleSystemManagerResponse

REFERENCE = "/aws/reference/secretsmanager/"


class Denied(Exception):
    pass


def secret_arn(self, secret_id):
    if secret_id.startswith("arn:"):
        return secret_id
    from moto.secretsmanager.models import secretsmanager_backends

    backend = secretsmanager_backends[self.current_account][self.region]
    for secret in backend.secrets.values():
        if secret.name == secret_id:
            return secret.arn
    return f"arn:aws:secretsmanager:{self.region}:{self.current_account}:secret:{secret_id}"


def key_arn(self, key_id):
    if key_id.startswith("arn:"):
        return key_id
    return f"arn:aws:kms:{self.region}:{self.current_account}:key/{key_id}"


def asked(self, action, body):
    """The pairs of an action and a resource that AWS asks the policies about."""
    if isinstance(self, SecretsManagerResponse):
        return [(f"secretsmanager:{action}", secret_arn(self, body.get("SecretId", "*")))]
    pairs = []
    names = body.get("Names") or [body.get("Name") or body.get("Path") or "*"]
    for name in names:
        bare = name.split(":")[0] if not name.startswith("arn:") else name
        resource = bare if bare.startswith("arn:") else f"arn:aws:ssm:{self.region}:{self.current_account}:parameter/{bare.lstrip('/')}"
        pairs.append((f"ssm:{action}", resource))
        if bare.startswith(REFERENCE):
            pairs.append(("secretsmanager:GetSecretValue", secret_arn(self, bare[len(REFERENCE) :])))
        if action == "PutParameter" and body.get("KeyId"):
            pairs.append(("kms:Encrypt", key_arn(self, body["KeyId"])))
        if body.get("WithDecryption"):
            for parameter in below(self, bare, action):
                if getattr(parameter, "keyid", None) not in (None, "alias/aws/ssm"):
                    pairs.append(("kms:Decrypt", key_arn(self, parameter.keyid)))
    return pairs


def below(self, name, action):
    parameters = self.ssm_backend._parameters
    if action == "GetParametersByPath":
        return [parameters[n][-1] for n in list(parameters.keys()) if n.startswith(name.rstrip("/") + "/")]
    versions = parameters.get(name) if name in parameters else None
    return [versions[-1]] if versions else []


def authorize(self, resource="*"):
    if ActionAuthenticatorMixin.request_count < settings.INITIAL_NO_AUTH_ACTION_COUNT:
        ActionAuthenticatorMixin.request_count += 1
        return
    body = json.loads(self.raw_body or b"{}")
    request = IAMRequest(
        account_id=self.current_account, method=self.method, path="/", data=self.data,
        body=self.raw_body, headers=self.headers, action=self._get_action(),
    )
    request.check_signature()
    for action, arn in asked(self, self._get_action(), body):
        request._action = action
        try:
            request.check_action_permitted(arn)
        except AccessDeniedError:
            raise Denied(
                f"User: {request._access_key.arn} is not authorized to perform: {action} on resource: {arn} "
                f"because no identity-based policy allows the {action} action"
            ) from None


def enforced(cls):
    call = cls.call_action

    def call_action(self):
        try:
            return call(self)
        except Denied as denied:
            return 400, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps({"__type": "AccessDeniedException", "message": str(denied)})

    cls.call_action = call_action
    cls._authenticate_and_authorize_normal_action = authorize


def match(pattern, text):
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text)


IAMPolicyStatement._match = staticmethod(match)
enforced(SecretsManagerResponse)
enforced(SimpleSystemManagerResponse)

main(["-H", sys.argv[1], "-p", sys.argv[2]])
