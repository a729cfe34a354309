// The command sdk starts with the parts of the AWS SDK that the helper uses, and
// ends: what is left is their initialisation. The bench builds it with the pinned
// versions, and with the newest.
package main

import (
	_ "github.com/aws/aws-sdk-go-v2/config"
	_ "github.com/aws/aws-sdk-go-v2/service/ssm"
)

func main() {}
