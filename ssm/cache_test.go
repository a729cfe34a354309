package ssm

import (
	"reflect"
	"slices"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/settings"
)

// undeciding are the options that do not decide which credential is found: the
// exceptions in deciding.
var undeciding = []string{"KMSKeyID", "Writable", "Required", "CacheTTL", "Timeout", "Debug"}

// TestCacheName: a change to any option is another name in the cache, but for the
// exceptions. A new field of the options, or of the location in them, fails here
// until it is one or the other.
func TestCacheName(t *testing.T) {
	testenv.Isolate(t)
	var o settings.Options
	before := cacheName("docker.io", o)
	each(t, "", reflect.ValueOf(&o).Elem(), func(path string) {
		exception := slices.Contains(undeciding, path)
		if same := cacheName("docker.io", o) == before; same != exception {
			t.Errorf("with another %s, the same name: %v; an exception: %v", path, same, exception)
		}
	})
	if cacheName("ghcr.io", settings.Options{}) == before {
		t.Error("two registries share a name")
	}
	t.Setenv("AWS_PROFILE", "other")
	if cacheName("docker.io", settings.Options{}) == before {
		t.Error("two profiles share a name")
	}
}

// each sets one field after another to something else than its zero value.
func each(t *testing.T, path string, v reflect.Value, check func(path string)) {
	t.Helper()
	for i := range v.NumField() {
		field, name := v.Field(i), path+v.Type().Field(i).Name
		switch field.Kind() {
		case reflect.Struct:
			each(t, name+".", field, check)
			continue
		case reflect.String:
			field.SetString("x")
		case reflect.Bool:
			field.SetBool(true)
		case reflect.Int, reflect.Int64:
			field.SetInt(7)
		default:
			t.Fatalf("%s is of a kind that this test does not know: %v", name, field.Kind())
		}
		check(name)
		field.SetZero()
	}
}
