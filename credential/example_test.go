package credential_test

import (
	"errors"
	"fmt"

	"docker-credential-ssm/credential"
)

// A value with one credential, in the shape that ECS and CDK give their secrets.
func ExampleParse() {
	value, err := credential.Parse(`{"username":"alice","accessToken":"dckr_pat_x","note":"rotated in May"}`, credential.Reading{})
	if err != nil {
		fmt.Println(err)
		return
	}
	c, single := value.Single()
	fmt.Println(single, c.Username, c.Secret)
	// Output: true alice dckr_pat_x
}

// A value with one credential for each registry: a whole config.json of Docker.
func ExampleParse_registries() {
	value, err := credential.Parse(`{"auths":{
		"https://index.docker.io/v1/": {"auth": "YWxpY2U6czNjcmV0"},
		"ghcr.io": {"username": "bot", "password": "t0ken"}
	}}`, credential.Reading{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(value.Keys())
	c, found, err := value.For("docker.io")
	fmt.Println(c.Username, c.Secret, found, err)
	// Output:
	// [docker.io ghcr.io]
	// alice s3cret true <nil>
}

// An object with fields of its own: the error says which fields there are, and a
// Reading says which to take.
func ExampleReading() {
	const text = `{"dockerhub":{"user":"alice","token":"s3cret"}}`
	_, err := credential.Parse(text, credential.Reading{})
	var field *credential.FieldError
	fmt.Println(errors.As(err, &field), field.Has)

	value, err := credential.Parse(text, credential.Reading{UsernameField: "dockerhub.user", PasswordField: "dockerhub.token"})
	c, _ := value.Single()
	fmt.Println(c.Username, c.Secret, err)
	// Output:
	// true [dockerhub]
	// alice s3cret <nil>
}
