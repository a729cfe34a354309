// The same as ../template.yaml, with the AWS CDK:
//
//   npm ci
//   npx aws-cdk deploy --app "node app.js" -c owner=OWNER -c repository=REPOSITORY \
//     -c helperUrl=URL -c helperSha256=SHA256 [-c ownKey=true]
//
// The credential itself is stored once, afterwards, with docker-credential-ssm login.
const fs = require('fs');
const path = require('path');
const { parse } = require('yaml');
const { App, ArnFormat, RemovalPolicy, Stack } = require('aws-cdk-lib');
const codebuild = require('aws-cdk-lib/aws-codebuild');
const iam = require('aws-cdk-lib/aws-iam');
const kms = require('aws-cdk-lib/aws-kms');
const logs = require('aws-cdk-lib/aws-logs');

const app = new App({ outdir: process.env.CDK_OUTDIR });

// need returns a value of -c on the command line.
function need(name) {
  const value = app.node.tryGetContext(name);
  if (!value) {
    throw new Error(`give -c ${name}=VALUE`);
  }
  return value;
}

class Build extends Stack {
  constructor(scope, id) {
    super(scope, id);
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    });
    new codebuild.Project(this, 'Project', {
      role: role.withoutPolicyUpdates(), // the role may do what is below, and nothing else
      source: codebuild.Source.gitHub({ owner: need('owner'), repo: need('repository'), reportBuildStatus: false }),
      buildSpec: codebuild.BuildSpec.fromObjectToYaml(parse(fs.readFileSync(path.join(__dirname, '../install/release.yml'), 'utf8'))),
      environment: {
        buildImage: codebuild.LinuxBuildImage.fromCodeBuildImageId('aws/codebuild/amazonlinux-x86_64-standard:5.0'),
        privileged: true, // for the Docker daemon
        environmentVariables: {
          HELPER_URL: { value: need('helperUrl') },
          HELPER_SHA256: { value: need('helperSha256') },
        },
      },
      logging: {
        cloudWatch: {
          logGroup: new logs.LogGroup(this, 'Log', { retention: logs.RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY }),
        },
      },
    });
    this.node.findChild('Log').grantWrite(role);

    // docker-credential-ssm policy
    role.addToPolicy(new iam.PolicyStatement({
      sid: 'ReadParameters',
      actions: ['ssm:GetParameters'],
      resources: ['docker.io', 'docker.io/username', 'docker.io/password'].map((name) =>
        this.formatArn({ service: 'ssm', resource: 'parameter', resourceName: `CodeBuild/docker-credentials/${name}`, arnFormat: ArnFormat.SLASH_RESOURCE_NAME })),
    }));
    if (app.node.tryGetContext('ownKey')) {
      const key = new kms.Key(this, 'Key', { alias: 'docker-credentials', enableKeyRotation: true });
      role.addToPolicy(new iam.PolicyStatement({
        sid: 'DecryptParameters',
        actions: ['kms:Decrypt'],
        resources: [key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `ssm.${this.region}.amazonaws.com` } },
      }));
    }
  }
}

new Build(app, 'DockerHubBuild');
app.synth();
