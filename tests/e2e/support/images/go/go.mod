module pullproof.test/application

go 1.19

require (
	github.com/google/uuid v1.3.0
	golang.org/x/text v0.3.7
	gopkg.in/yaml.v3 v3.0.0
)
