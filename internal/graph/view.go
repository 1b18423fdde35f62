package graph

// AsObject is a part of a view that is an object; nil when it is none.
func AsObject(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// AsText is a part of a view that is text; "" when it is none.
func AsText(v any) string {
	s, _ := v.(string)
	return s
}

// AsNumber is a part of a view that is a whole number; 0 when it is none.
func AsNumber(v any) int {
	n, _ := v.(int)
	return n
}

// AsList is a part of a view that is a list; nil when it is none.
func AsList(v any) []any {
	l, _ := v.([]any)
	return l
}
