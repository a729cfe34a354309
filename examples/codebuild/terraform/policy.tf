# What docker-credential-ssm policy --format terraform prints.

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "docker_credential_ssm" {
  statement {
    sid = "ReadParameters"
    actions = [
      "ssm:GetParameters",
    ]
    resources = [
      "arn:aws:ssm:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:parameter/CodeBuild/docker-credentials/docker.io",
      "arn:aws:ssm:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:parameter/CodeBuild/docker-credentials/docker.io/username",
      "arn:aws:ssm:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:parameter/CodeBuild/docker-credentials/docker.io/password",
    ]
  }
}
