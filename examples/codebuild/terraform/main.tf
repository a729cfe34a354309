# The same as ../template.yaml, in Terraform. The credential itself is stored once,
# afterwards, with docker-credential-ssm login, so that it is not in Terraform's state.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "name" {
  type    = string
  default = "app"
}

variable "source_location" {
  type        = string
  description = "The address of the Git repository with the Dockerfile"
}

variable "helper_url" {
  type        = string
  description = "The address of docker-credential-ssm_VERSION_linux_amd64.tar.gz"
}

variable "helper_sha256" {
  type        = string
  description = "The checksum of that archive, from the release's checksums.txt"
  validation {
    condition     = can(regex("^[0-9a-f]{64}$", var.helper_sha256))
    error_message = "Give the 64 hex digits of checksums.txt."
  }
}

variable "own_key" {
  type        = bool
  default     = false
  description = "Encrypt the credential under a KMS key of its own (1 USD a month)"
}

resource "aws_codebuild_project" "this" {
  name         = var.name
  service_role = aws_iam_role.build.arn

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    type            = "LINUX_CONTAINER"
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
    privileged_mode = true # for the Docker daemon

    environment_variable {
      name  = "HELPER_URL"
      value = var.helper_url
    }
    environment_variable {
      name  = "HELPER_SHA256"
      value = var.helper_sha256
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.build.name
    }
  }

  source {
    type      = "GITHUB"
    location  = var.source_location
    buildspec = file("${path.module}/../install/release.yml")
  }
}

resource "aws_cloudwatch_log_group" "build" {
  name              = "/aws/codebuild/${var.name}"
  retention_in_days = 30
}

resource "aws_iam_role" "build" {
  name_prefix        = "${var.name}-build-"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["codebuild.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_iam_role_policy" "log" {
  name   = "log"
  role   = aws_iam_role.build.id
  policy = data.aws_iam_policy_document.log.json
}

data "aws_iam_policy_document" "log" {
  statement {
    sid       = "WriteLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.build.arn}:*"]
  }
}

resource "aws_iam_role_policy" "credential" {
  name   = "docker-credential-ssm"
  role   = aws_iam_role.build.id
  policy = data.aws_iam_policy_document.docker_credential_ssm.json
}

resource "aws_iam_role_policy" "key" {
  count  = var.own_key ? 1 : 0
  name   = "docker-credential-ssm-key"
  role   = aws_iam_role.build.id
  policy = data.aws_iam_policy_document.key[0].json
}

data "aws_iam_policy_document" "key" {
  count = var.own_key ? 1 : 0
  statement {
    sid       = "DecryptParameters"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.this[0].arn]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["ssm.${data.aws_region.current.region}.amazonaws.com"]
    }
  }
}

# Its default policy leaves it to the account's IAM policies who may use it.
resource "aws_kms_key" "this" {
  count               = var.own_key ? 1 : 0
  description         = "Encrypts the credentials of registries in Parameter Store"
  enable_key_rotation = true
}

resource "aws_kms_alias" "this" {
  count         = var.own_key ? 1 : 0
  name          = "alias/docker-credentials"
  target_key_id = aws_kms_key.this[0].key_id
}

output "project" {
  value = aws_codebuild_project.this.name
}

output "role" {
  value = aws_iam_role.build.arn
}
