package graph

import "testing"

func TestCanonicalID(t *testing.T) {
	for in, want := range map[string]string{
		"57dab8b1-894c-409a-b240-bd8beae78896":                                            p2p,
		"57DAB8B1-894C-409A-B240-BD8BEAE78896":                                            p2p,
		"57DAB8B1894C409AB240BD8BEAE78896":                                                p2p,
		"57dab8b1894c409ab240bd8beae78896":                                                p2p,
		"/app/calls/57DAB8B1894C409AB240BD8BEAE78896":                                     p2p,
		"/applications/x/calls/57DAB8B1894C409AB240BD8BEAE78896/":                         p2p,
		"https://graph.microsoft.com/v1.0/communications/Calls/" + p2p + "?$select=state": p2p,
		"calls/abc":                             "abc",
		"/app/calls/57DAB8B1/operations/1":      "/app/calls/57DAB8B1/operations/1", // no call's path
		"57DAB8B1-894C409AB240BD8BEAE788960000": "57DAB8B1-894C409AB240BD8BEAE788960000",
		"57DAB8B1-894C-409A-B240-BD8BEAE7889X":  "57DAB8B1-894C-409A-B240-BD8BEAE7889X",
		"123456W77E24E4D85F80597083CB830":       "123456W77E24E4D85F80597083CB830",
		"":                                      "",
		"+15551234567":                          "+15551234567",
		"19:meeting_X@thread.v2":                "19:meeting_X@thread.v2",
		"/calls/":                               "/calls/",
		"/phonecalls/a":                         "/phonecalls/a",
	} {
		if got := CanonicalID(in); got != want {
			t.Errorf("CanonicalID(%q) = %q, want %q", in, got, want)
		}
		if again := CanonicalID(CanonicalID(in)); again != CanonicalID(in) {
			t.Errorf("CanonicalID(%q) is not stable: %q", in, again)
		}
	}
	if got := LegacyID(p2p); got != "57DAB8B1894C409AB240BD8BEAE78896" {
		t.Error(got)
	}
	if got := LegacyID("id-value"); got != "id-value" {
		t.Error(got)
	}
}

func TestResourcePath(t *testing.T) {
	for in, want := range map[string]string{
		"/app/calls/57DAB8B1894C409AB240BD8BEAE78896":                                              "/communications/calls/" + p2p,
		"communications/calls/" + p2p + "/operations/0FE0623FD62842EDB4BD8AC290072CC5":             "/communications/calls/" + p2p + "/operations/" + opID,
		"/communications/calls/a/participants":                                                     "/communications/calls/a/participants",
		"/communications/calls/a/participants/0FE0623FD62842EDB4BD8AC290072CC5/mute":               "/communications/calls/a/participants/" + opID + "/mute",
		"https://graph.microsoft.com/beta/applications/b/calls/57DAB8B1894C409AB240BD8BEAE78896/x": "/communications/calls/" + p2p + "/x",
		"/communications/presences/a":                                                              "", "": "", "/communications/calls": "", "/communications/calls/": "",
	} {
		if got := parseResource(in).path(); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
