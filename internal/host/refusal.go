package host

import "fmt"

// Refusal words what a run's journal says of a notification that the listener did not take.
func Refusal(status int, path, why string) string {
	return fmt.Sprintf("the listener refused a POST to %s with %d: %s", path, status, why)
}
