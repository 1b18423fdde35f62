package graph

import (
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		// Typed.
		{"pair", "500/7117", "500/7117"},
		{"pair unknown", " 500/4711 ", "500/4711?"},
		{"number", "7505", "7505"},
		{"number unknown", "4711", "4711?"},
		{"status", "404", "404+"},
		{"status throttled", "429", "429+"},
		{"status unknown", "418", "418?"},
		{"status and number", "403/7505", "403/7505"},
		{"subcode of one", "7117", "7117"},
		{"subcode of two", "7000", "7000+"},
		{"number and subcode", "9999", "9999+"},
		{"diag", "DiagCode 412#10073", "DiagCode 412#10073"},
		{"diag alone", "412#10073", "412#10073"},
		{"diag, old form", "MediaController. DiagCode: 7112", "DiagCode 7112"},
		{"diag of a deeper layer", "3002#7106", "3002#7106"},
		{"word", "AppTransferred", "AppTransferred"},
		{"word in another case", "toomanyrequests", "TooManyRequests"},
		{"word of prose", "timeout", "timeout"},
		{"word unknown", "Frobnicated", "Frobnicated?"},
		{"nothing", "", ""},
		{"no code", "the call did not work at all", ""},

		// Pasted.
		{"message", "Server Internal Error. DiagCode: 3003#7106.@", "DiagCode 3003#7106"},
		{"two layers", `400/8541 "Callee only had endpoints. DiagCode: 480#10076"`, "400/8541, DiagCode 480#10076"},
		{"the same twice", "500/7117 Server Internal Error. DiagCode: 500#7117.@", "500/7117"},
		{"log", "ResponseCode=400, SubCode=8541, ResponseText=Callee", "400/8541"},
		{"log with dashes", "Exception: MediaControllerAddParticipantFailed, Code-500, SubCode-7112", "500/7112"},
		{"library", "exception: Code: 8522\nMessage: Call not found.", "8522"},
		{"library, wrapped", `Status Code: Forbidden` + "\n" + `Code: UnknownError` + "\n" + `Message: {"errorCode":"7503","message":"Application is not registered in our store."}`,
			"Forbidden, UnknownError, 7503"},
		{"envelope", `{"error":{"code":"7505","message":"Request authorization tenant mismatch.","innerError":{"date":"2020-08-12T15:00:13","request-id":"75057505-7503-7504-9999-752280878522"}}}`, "7505"},
		{"JSON in JSON", `{"error":{"code":"UnknownError","message":"{\"errorCode\":\"7504\",\"message\":\"{\\\"x\\\":1}\"}"}}`, "UnknownError, 7504"},
		{"notification", `{"resourceData":{"state":"terminated","resultInfo":{"@odata.type":"#microsoft.graph.resultInfo","code":500,"subcode":7106,"message":"Server Internal Error. DiagCode: 3003#7106.@"},"terminationReason":"CallTerminated"}}`,
			"500/7106, DiagCode 3003#7106, CallTerminated"},
		{"notification, the other way round", `"resultInfo": {"subCode": "7000", "message": "x", "code": "500"}`, "500/7000"},
		{"two results", `[{"code":200,"subcode":7000},{"code":500,"subcode":7000}]`, "200/7000, 500/7000"},
		{"a success beside a subcode", `{"code":200},{"subcode":7000}`, "7000+"},
		{"failure of callflow's own", "code 412/9999 (seen): the participant could not be added", "412/9999"},
		{"number in prose", "refused with 7505, tenant mismatch", "7505"},
		{"word in prose", "the call ended with AppTransferred.", "AppTransferred"},

		// No codes, though they look like some.
		{"ids and dates", "call 75050000-7503-8522-9999-c522e8080ac6 on 2024/7505 at 10:7505, v1.7505, port :8522", ""},
		{"states", `{"state":"transferring"} then "state": "transferAccepted"`, ""},
		{"thread", "see comms-samples#7505 and page 200/300", ""},
		{"half an address", "https://pma.example/500/7117/x", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var names []string
			for _, f := range Codes().Find(c.text) {
				mark := ""
				if !f.Known {
					mark = "?"
				} else if len(f.Entries) > 1 {
					mark = "+"
				}
				names = append(names, f.Text+mark)
			}
			if got := strings.Join(names, ", "); got != c.want {
				t.Errorf("found %s, want %s", got, c.want)
			}
		})
	}
}

// FuzzFind: any text is searched without a panic, and what is found can be found again by its name.
func FuzzFind(f *testing.F) {
	for _, text := range []string{"500/7117", "DiagCode: 3003#7106.@", `{"code":"7505","subCode":1}`, `{\"errorCode\":\"7503\"}`, "AppTransferred", "code code subcode 5 code 6"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, found := range Codes().Find(text) {
			if found.Text == "" || len(found.Entries) == 0 {
				t.Fatalf("an empty finding: %+v", found)
			}
			again := Codes().Find(found.Text)
			if len(again) != 1 || again[0].Known != found.Known {
				t.Fatalf("%q: found %+v, and by its name %+v", text, found, again)
			}
		}
	})
}
