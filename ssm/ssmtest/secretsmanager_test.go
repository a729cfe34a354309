package ssmtest

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"docker-credential-ssm/internal/testenv"
)

func secretsClient(s *Server, region string) *secretsmanager.Client {
	return secretsmanager.New(secretsmanager.Options{
		Region: region, BaseEndpoint: aws.String(s.URL), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("AKIATEST", "secret", ""),
	})
}

func getSecret(c *secretsmanager.Client, id string) (string, error) {
	out, err := c.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &id})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.SecretString), nil
}

// reply is an answer as it is on the wire.
type reply struct {
	status int
	fields map[string]any
}

// post sends a request of AWS JSON as no SDK would see it.
func post(t *testing.T, url, target, body string) reply {
	t.Helper()
	req, _ := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	req.Header.Set("X-Amz-Target", target)
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	req.Header.Set("Authorization", strings.Replace(signed, "/ssm/", "/secretsmanager/", 1))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, _ := io.ReadAll(resp.Body)
	r := reply{status: resp.StatusCode}
	if err := json.Unmarshal(data, &r.fields); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	return r
}

func TestSecretsManagerStandIn(t *testing.T) {
	testenv.Isolate(t)
	s := NewServer()
	defer s.Close()
	secretsStory(t, s.URL, nil)
}

// TestSecretsManagerMoto tells moto 5 from AWS. Everywhere moto spells an
// error's message with a small letter, and it answers 404 where something is not
// found or a version has another stage. The other differences are steps of the
// story, each with the fields that are not AWS's: moto does not check what a
// secret may be called, so CodeBuild's notation is only not found; it says of a
// stage that does not exist what it says of a secret; another account's secret is
// not found instead of denied; and for a secret that is marked for deletion it has
// a text of the documentation, in the AWS CLI's frame, but writes to it, and makes
// it again.
func TestSecretsManagerMoto(t *testing.T) {
	testenv.Isolate(t)
	secretsStory(t, testenv.Moto(t), map[string]string{
		"no such stage":         "Message",
		"CodeBuild's notation":  "Message __type",
		"the same after an ARN": "Message __type",
		"another account's ARN": "__type",
		"marked for deletion":   "Message",
		"put to it":             "__type status",
		"create it again":       "Message __type status",
		"restored":              "SecretString VersionId",
	})
}

// secretsStory is one session of an administrator and a reader, as AWS has it.
// Another server than the stand-in may differ, in these fields of these steps and
// in no others.
func secretsStory(t *testing.T, url string, differs map[string]string) {
	const token1, token2 = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
	const token3, token4 = "33333333-3333-4333-8333-333333333333", "44444444-4444-4444-8444-444444444444"
	arn := ""
	step := func(name, action, body string, want map[string]any) {
		t.Helper()
		body = strings.NewReplacer("$FULL", arn, "$PART", strings.TrimSuffix(arn, arn[max(0, len(arn)-7):])).Replace(body)
		got := post(t, url, "secretsmanager."+action, body)
		if name == "create" {
			arn, _ = got.fields["ARN"].(string)
		}
		wantStatus := http.StatusOK
		if want["__type"] != nil {
			wantStatus = http.StatusBadRequest
		}
		var wrong []string
		if message, ok := got.fields["message"]; ok && differs != nil {
			got.fields["Message"] = message
		}
		if got.status != wantStatus && !(differs != nil && got.status == http.StatusNotFound) {
			wrong = append(wrong, "status")
		}
		for field, value := range want {
			if text, _ := json.Marshal(got.fields[field]); string(text) != mustJSON(value) {
				wrong = append(wrong, field)
			}
		}
		slices.Sort(wrong)
		fault := strings.Join(wrong, " ")
		if fault != differs[name] {
			t.Errorf("%s: %q differ from AWS, want %q: status %d, %v; AWS has %v", name, fault, differs[name], got.status, got.fields, want)
		}
	}
	fails := func(code, message string) map[string]any { return map[string]any{"__type": code, "Message": message} }
	is := func(version, value string, stages ...string) map[string]any {
		return map[string]any{"ARN": arn, "Name": "team/hub", "VersionId": version, "SecretString": value, "VersionStages": stages}
	}

	step("missing", "GetSecretValue", `{"SecretId":"team/hub"}`, fails("ResourceNotFoundException", "Secrets Manager can't find the specified secret."))
	step("create", "CreateSecret", `{"Name":"team/hub","SecretString":"one","ClientRequestToken":"`+token1+`"}`, map[string]any{"Name": "team/hub", "VersionId": token1})
	if !strings.HasPrefix(arn, "arn:aws:secretsmanager:eu-central-1:") || !strings.Contains(arn, ":secret:team/hub-") || !completeARN.MatchString(arn) {
		t.Fatalf("the ARN is %q", arn)
	}
	step("create again", "CreateSecret", `{"Name":"team/hub","SecretString":"x","ClientRequestToken":"`+token2+`"}`, fails("ResourceExistsException", "The operation failed because the secret team/hub already exists."))
	step("a name", "GetSecretValue", `{"SecretId":"team/hub"}`, is(token1, "one", "AWSCURRENT"))
	step("a full ARN", "GetSecretValue", `{"SecretId":"$FULL"}`, is(token1, "one", "AWSCURRENT"))
	step("a partial ARN", "GetSecretValue", `{"SecretId":"$PART"}`, is(token1, "one", "AWSCURRENT"))
	step("other random characters", "GetSecretValue", `{"SecretId":"$PART-aaaaaa"}`, fails("ResourceNotFoundException", "Secrets Manager can't find the specified secret."))
	step("put", "PutSecretValue", `{"SecretId":"team/hub","SecretString":"two","ClientRequestToken":"`+token2+`"}`, map[string]any{"VersionId": token2, "VersionStages": []string{"AWSCURRENT"}})
	step("the new value", "GetSecretValue", `{"SecretId":"team/hub"}`, is(token2, "two", "AWSCURRENT"))
	step("a stage", "GetSecretValue", `{"SecretId":"team/hub","VersionStage":"AWSPREVIOUS"}`, is(token1, "one", "AWSPREVIOUS"))
	step("a version", "GetSecretValue", `{"SecretId":"team/hub","VersionId":"`+token1+`"}`, is(token1, "one", "AWSPREVIOUS"))
	step("both", "GetSecretValue", `{"SecretId":"team/hub","VersionId":"`+token1+`","VersionStage":"AWSPREVIOUS"}`, is(token1, "one", "AWSPREVIOUS"))
	step("a version of another stage", "GetSecretValue", `{"SecretId":"team/hub","VersionId":"`+token1+`","VersionStage":"AWSCURRENT"}`, fails("InvalidRequestException", "You provided a VersionStage that is not associated to the provided VersionId."))
	step("no such stage", "GetSecretValue", `{"SecretId":"team/hub","VersionStage":"AWSPENDING"}`, fails("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: AWSPENDING"))
	step("no such version", "GetSecretValue", `{"SecretId":"team/hub","VersionId":"`+token3+`"}`, fails("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for VersionId: "+token3))
	step("a staged version", "PutSecretValue", `{"SecretId":"team/hub","SecretString":"three","VersionStages":["AWSPENDING"],"ClientRequestToken":"`+token3+`"}`, map[string]any{"VersionId": token3, "VersionStages": []string{"AWSPENDING"}})
	step("it is not current", "GetSecretValue", `{"SecretId":"team/hub"}`, is(token2, "two", "AWSCURRENT"))
	step("it is at its stage", "GetSecretValue", `{"SecretId":"team/hub","VersionStage":"AWSPENDING"}`, is(token3, "three", "AWSPENDING"))
	step("the same put again", "PutSecretValue", `{"SecretId":"team/hub","SecretString":"two","ClientRequestToken":"`+token2+`"}`, map[string]any{"VersionId": token2})
	step("another value for a token", "PutSecretValue", `{"SecretId":"team/hub","SecretString":"x","ClientRequestToken":"`+token2+`"}`, map[string]any{"__type": "ResourceExistsException"})
	step("describe", "DescribeSecret", `{"SecretId":"$FULL"}`, map[string]any{"ARN": arn, "Name": "team/hub", "VersionIdsToStages": map[string][]string{token1: {"AWSPREVIOUS"}, token2: {"AWSCURRENT"}, token3: {"AWSPENDING"}}})
	step("CodeBuild's notation", "GetSecretValue", `{"SecretId":"team/hub:username"}`, fails("ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"))
	step("the same after an ARN", "GetSecretValue", `{"SecretId":"$FULL:username"}`, fails("ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"))
	step("another Region's ARN", "GetSecretValue", `{"SecretId":"`+strings.Replace(arn, "eu-central-1", "us-west-2", 1)+`"}`, fails("ResourceNotFoundException", "Secrets Manager can't find the specified secret."))
	step("another account's ARN", "GetSecretValue", `{"SecretId":"arn:aws:secretsmanager:eu-central-1:999988887777:secret:their/hub-a1b2c3"}`, map[string]any{"__type": "AccessDeniedException"})
	step("too short a window", "DeleteSecret", `{"SecretId":"team/hub","RecoveryWindowInDays":6}`, map[string]any{"__type": "InvalidParameterException"})
	step("a window and force", "DeleteSecret", `{"SecretId":"team/hub","RecoveryWindowInDays":7,"ForceDeleteWithoutRecovery":true}`, map[string]any{"__type": "InvalidParameterException"})
	step("delete", "DeleteSecret", `{"SecretId":"team/hub","RecoveryWindowInDays":7}`, map[string]any{"ARN": arn, "Name": "team/hub"})
	step("marked for deletion", "GetSecretValue", `{"SecretId":"team/hub"}`, fails("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion."))
	step("put to it", "PutSecretValue", `{"SecretId":"team/hub","SecretString":"x","ClientRequestToken":"`+token4+`"}`, map[string]any{"__type": "InvalidRequestException"})
	step("create it again", "CreateSecret", `{"Name":"team/hub","SecretString":"x","ClientRequestToken":"`+token4+`"}`, fails("InvalidRequestException", "You can't create this secret because a secret with this name is already scheduled for deletion."))
	step("restore", "RestoreSecret", `{"SecretId":"team/hub"}`, map[string]any{"ARN": arn, "Name": "team/hub"})
	step("restored", "GetSecretValue", `{"SecretId":"team/hub"}`, is(token2, "two", "AWSCURRENT"))
	step("force", "DeleteSecret", `{"SecretId":"team/hub","ForceDeleteWithoutRecovery":true}`, map[string]any{"ARN": arn})
	step("gone", "GetSecretValue", `{"SecretId":"team/hub"}`, fails("ResourceNotFoundException", "Secrets Manager can't find the specified secret."))
	step("force again", "DeleteSecret", `{"SecretId":"team/hub","ForceDeleteWithoutRecovery":true}`, map[string]any{"Name": "team/hub"})
	step("delete again", "DeleteSecret", `{"SecretId":"team/hub"}`, fails("ResourceNotFoundException", "Secrets Manager can't find the specified secret."))
	step("binary", "CreateSecret", `{"Name":"cert","SecretBinary":"AAEC/w==","ClientRequestToken":"`+token1+`"}`, map[string]any{"Name": "cert"})
	step("binary value", "GetSecretValue", `{"SecretId":"cert"}`, map[string]any{"SecretBinary": "AAEC/w==", "SecretString": nil})
	step("no value", "CreateSecret", `{"Name":"empty","ClientRequestToken":"`+token1+`"}`, map[string]any{"Name": "empty", "VersionId": nil})
	step("without a value", "GetSecretValue", `{"SecretId":"empty"}`, fails("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"))
}

func mustJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// TestSecretsManagerSDK sees that the AWS SDK takes the answers for what they are.
func TestSecretsManagerSDK(t *testing.T) {
	s, _ := serve(t)
	c := secretsClient(s, region)
	version := s.PutSecret("team/hub", "s3cret")
	out, err := c.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(s.SecretARN(region, "team/hub"))})
	if err != nil {
		t.Fatal(err)
	}
	if age := time.Since(*out.CreatedDate); *out.SecretString != "s3cret" || *out.VersionId != version || !slices.Equal(out.VersionStages, []string{"AWSCURRENT"}) || out.SecretBinary != nil || age < -time.Second || age > time.Minute {
		t.Errorf("%+v, created %v ago", out, age)
	}
	s.PutSecretBinary("cert", []byte{0, 1, 255})
	out, err = c.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String("cert")})
	if err != nil || !slices.Equal(out.SecretBinary, []byte{0, 1, 255}) || out.SecretString != nil {
		t.Errorf("%+v, %v", out, err)
	}
	_, err = getSecret(c, "none")
	wantCode(t, err, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	if call := s.Calls()[2]; call.Service != "secretsmanager" || call.Action != "GetSecretValue" || !slices.Equal(call.Names, []string{"none"}) || call.Code != "ResourceNotFoundException" || call.Region != region {
		t.Errorf("recorded as %+v", call)
	}
	made, err := c.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: aws.String("made"), SecretString: aws.String("v")})
	if err != nil || *made.ARN != s.SecretARN(region, "made") || *made.VersionId == "" {
		t.Errorf("%+v, %v", made, err)
	}
	gone, err := c.DeleteSecret(ctx, &secretsmanager.DeleteSecretInput{SecretId: aws.String("made"), RecoveryWindowInDays: aws.Int64(10)})
	if err != nil || gone.DeletionDate.Sub(time.Now().AddDate(0, 0, 10)).Abs() > time.Minute {
		t.Errorf("%+v, %v", gone, err)
	}
	described, err := c.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: aws.String("made")})
	if err != nil || described.DeletedDate == nil || time.Since(*described.DeletedDate) > time.Minute || described.KmsKeyId != nil {
		t.Errorf("%+v, %v", described, err)
	}
}
