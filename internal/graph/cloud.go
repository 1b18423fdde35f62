package graph

import "fmt"

// Cloud is one of Microsoft's national clouds. A token of one is worth nothing in another.
// https://learn.microsoft.com/graph/deployments
type Cloud string

// The clouds.
const (
	Global   Cloud = "global"   // also GCC
	USGov    Cloud = "usGov"    // US Government L4, GCC High
	USGovDoD Cloud = "usGovDoD" // US Government L5
	China    Cloud = "china"    // operated by 21Vianet; it has no calling API today
)

// EnumValues lists the clouds.
func (Cloud) EnumValues() []string {
	return []string{string(Global), string(USGov), string(USGovDoD), string(China)}
}

// Endpoints are a cloud's addresses, without a slash at the end.
type Endpoints struct {
	Root  string // of Graph
	Login string // of the token endpoint
	// OpenID is the metadata of the service that posts notifications: it names the keys that sign its tokens. "" where
	// nothing is known. For usGov it is known from a report only (microsoft-graph-comms-samples issue 865).
	OpenID string
}

var clouds = map[Cloud]Endpoints{
	Global: {"https://graph.microsoft.com", "https://login.microsoftonline.com",
		"https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration"},
	USGov: {"https://graph.microsoft.us", "https://login.microsoftonline.us",
		"https://apigcch.botframework.azure.us/v1/.well-known/OpenIdConfiguration"},
	USGovDoD: {"https://dod-graph.microsoft.us", "https://login.microsoftonline.us", ""},
	China:    {"https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn", ""},
}

// Endpoints returns the cloud's addresses; "" is the global one. The error lists the clouds there are.
func (c Cloud) Endpoints() (Endpoints, error) {
	if c == "" {
		c = Global
	}
	e, ok := clouds[c]
	if !ok {
		return Endpoints{}, fmt.Errorf("%q is no cloud; there are %v", string(c), c.EnumValues())
	}
	return e, nil
}

// Lacks says whether an operation is not to be had in the cloud: the pages name sendDtmfTones in the global one only, and
// China has no calling API. "" is the global one.
func (c Cloud) Lacks(op string) bool {
	return c == China || op == "sendDtmfTones" && (c == USGov || c == USGovDoD)
}

// NotificationIssuers are the issuers (claim iss) of the tokens that notifications carry; one report shows the first
// with a slash at the end. The audience is the bot's app id, and the claim tid must be there.
// https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications
var NotificationIssuers = []string{"https://api.botframework.com", "https://api.botframework.com/", "https://graph.microsoft.com"}
