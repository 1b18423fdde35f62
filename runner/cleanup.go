package runner

// legs are the calls known to the run, oldest first: made, answered, or seen on its callback URI.
type legs []*leg

// leg is one call as cleanup sees it.
type leg struct {
	id       string
	incoming bool // rings, and was not answered
	ended    bool
}
