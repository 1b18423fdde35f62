package graph

import "strings"

// CanonicalID returns an id of 32 hex digits (with or without hyphens, any case) in lower case with hyphens, and the
// last segment of a /…/calls/id path; any other text verbatim. Older payloads write one id in both forms.
func CanonicalID(id string) string {
	if isCanonical(id) {
		return id
	}
	if strings.Contains(id, "/") {
		r := parseResource(id)
		if r.call != "" && r.rest == "" {
			return r.call
		}
		return id
	}
	if !isGUID(id) {
		return id
	}
	var b [36]byte
	n := 0
	for i := 0; i < len(id); i++ {
		c := id[i]
		if c == '-' {
			continue
		}
		if n == 8 || n == 13 || n == 18 || n == 23 {
			b[n] = '-'
			n++
		}
		if 'A' <= c && c <= 'F' {
			c += 'a' - 'A'
		}
		b[n] = c
		n++
	}
	return string(b[:])
}

// LegacyID returns an id of 32 hex digits in the form that legacy paths have, upper case without hyphens; any other text
// verbatim.
func LegacyID(id string) string {
	if !isGUID(id) {
		return id
	}
	return strings.ToUpper(strings.ReplaceAll(id, "-", ""))
}

// isCanonical says whether id is a GUID in lower case with hyphens.
func isCanonical(id string) bool {
	if len(id) != 36 {
		return false
	}
	for i := 0; i < 36; i++ {
		c := id[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// isGUID says whether id is 32 hex digits, plain or grouped 8-4-4-4-12.
func isGUID(id string) bool {
	if len(id) != 32 && len(id) != 36 {
		return false
	}
	for i := 0; i < len(id); i++ {
		c := id[i]
		if len(id) == 36 && (i == 8 || i == 13 || i == 18 || i == 23) {
			if c != '-' {
				return false
			}
		} else if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

// resource is a path below a calls collection, in any dialect's form, relative or absolute.
type resource struct {
	call       string // canonical
	collection string // below the call, in lower case: operations, participants …
	id         string // below the collection, canonical
	tail       string // below that, as it stands
	rest       string // all after the call's id as it stands, beginning with a slash; "" for the call itself
}

// parseResource finds /calls/{id} in a path or URL. A path without it gives the zero resource.
func parseResource(path string) resource {
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path = path[:i]
	}
	at := -1
	for i := 0; i+5 <= len(path); i++ {
		if (i == 0 || path[i-1] == '/') && strings.EqualFold(path[i:i+5], "calls") && i+5 < len(path) && path[i+5] == '/' {
			at = i + 6
			break
		}
	}
	if at < 0 {
		return resource{}
	}
	path = strings.TrimRight(path[at:], "/")
	call, rest, below := strings.Cut(path, "/")
	r := resource{call: CanonicalID(call)}
	if !below || call == "" {
		return r
	}
	r.rest = path[len(call):]
	collection, rest, _ := strings.Cut(rest, "/")
	r.collection = strings.ToLower(collection)
	id, tail, _ := strings.Cut(rest, "/")
	// One page of the beta documentation has …/operations/participants: the last word is no id.
	if strings.EqualFold(id, "participants") {
		r.collection, id = "participants", ""
	}
	r.id, r.tail = CanonicalID(id), tail
	return r
}

// path returns the resource below /communications/calls with canonical ids.
func (r resource) path() string {
	if r.call == "" {
		return ""
	}
	path := "/communications/calls/" + r.call
	if r.id == "" {
		return path + r.rest
	}
	path += "/" + r.rest[1:1+len(r.collection)] + "/" + r.id
	if r.tail != "" {
		path += "/" + r.tail
	}
	return path
}
