// A program that is built from modules, one of which is of a version with an advisory.
package main

import (
	"fmt"
	"os"

	"github.com/google/uuid"
	"golang.org/x/text/language"
	"gopkg.in/yaml.v3"
)

func main() {
	tag, err := language.Parse("de-AT")
	if err != nil {
		os.Exit(1)
	}
	text, err := yaml.Marshal(map[string]string{"tag": tag.String(), "id": uuid.Nil.String()})
	if err != nil {
		os.Exit(1)
	}
	fmt.Print(string(text))
}
