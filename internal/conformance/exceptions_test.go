package conformance_test

// flowException is a difference between a flow and its play that is right, or beyond us, with the reason. flow, at and
// detail are patterns.
type flowException struct{ flow, what, at, detail, why string }

var flowExceptions = []flowException{}
