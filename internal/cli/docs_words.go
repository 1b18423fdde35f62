package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"callflow/schema"
)

// saying is how testers of calls ask for something that has another name here.
type saying struct {
	words string // separated by commas
	text  string // what to know at once; may be empty
	pages string // what to read on, the first first; may be empty
}

var sayings = []saying{
	// Calls.
	{"hang up,drop,disconnect,end call,terminate,bye,release", "", "hangUp, leak"},
	{"dial,call,place call,originate,outbound,outgoing,call out,make call", "", "createCall, simulate"},
	{"incoming,inbound,ring in,pick up,accept,receive call", "An incoming call is awaited, and then answered: `await: call.state == \"incoming\"` with `capture: {leg: call.id}`, `answer: ${{ leg }}`.", "answer, await, reject, redirect"},
	{"ring,ringing,ring time,ringback", "An outgoing call rings for a minute; `answers: {after: 5s}` says how long somebody of the simulated world lets it ring.", "createCall, world"},
	{"no answer,unanswered,ring out,rna,missed call", "Somebody with `answers: never` lets it ring out; the step then has `until: terminated`.", "createCall, world, until"},
	{"busy,declined,decline,rejected", "Somebody with `declines` turns a call down; the bot itself does it by `reject: {call: …, reason: busy}`.", "reject, world, until"},
	{"voicemail,mailbox,answering machine", "Somebody with `voicemail: {after: 20s}` has one that answers; `until: voicemail` expects it.", "createCall, world"},
	{"park,hold,on hold,music on hold,moh", "", "startHoldMusic, stopHoldMusic"},
	{"resume,unhold,retrieve,off hold", "", "stopHoldMusic"},
	{"forward,deflect,divert,call forwarding", "The bot sends on an incoming call by `redirect`; people of the simulated world have `forwards`.", "redirect, world"},
	{"keep alive,heartbeat,45 minutes", "", "keepAlive"},
	// Transfers and conferences.
	{"blind transfer,cold transfer,unattended transfer,refer", "A blind transfer names whom to reach and no call.", "transfer, redirect"},
	{"warm transfer,attended,attended transfer,consult,consultation,consultative,consultative transfer,announced transfer", "First a call with the target, `createCall`; then `transfer` whose target has `replacesCallId`. `callflow new NAME --from consultative-transfer` writes one.", "transfer, createCall"},
	{"escalate,escalation,hand over,supervisor", "", "transfer, invite, redirect"},
	{"replaces,move call,swap,upgrade", "`replacesCallId` names the call that is replaced.", "invite, transfer"},
	{"conference,merge,bridge,join,three way,3way,add participant,group call", "Two calls are joined by `invite` with `replacesCallId`; several targets, or a meeting's data, make a group call at once.", "invite, createCall"},
	{"meeting,teams meeting,join meeting", "", "createCall, invite"},
	{"queue,hunt group,ring group,acd,call queue,auto attendant,skill", "There is no verb for it: a queue is a resource account that answers or forwards in the simulated world; who is tried next is written as steps.", "examples, world, redirect"},
	{"successor,follow,callback call,where did it go", "", "awaitSuccessor"},
	// Media.
	{"dtmf,tones,tone,press key,digits,keypad", "The bot presses keys by `sendDtmfTones`; `subscribeToTone` and an `await` of `tone` hear those of others.", "sendDtmfTones, subscribeToTone"},
	{"ivr,menu,phone tree,press 1", "`callflow new NAME --from ivr-menu` writes one: a prompt, `subscribeToTone`, an await of `tone`.", "subscribeToTone, playPrompt"},
	{"play,announcement,prompt,tts,say,speak,mp3,wav,audio file,media file", "A prompt is a WAV file at a URL; `media` in `simulate` says how long it lasts there. Nothing speaks a text.", "playPrompt, world"},
	{"stop playing,cancel prompt,interrupt", "", "cancelMediaProcessing"},
	{"record,recording,voice message,leave message", "`recordResponse` takes what the other side says, `startRecording` a meeting.", "recordResponse, startRecording, getRecording, updateRecordingStatus"},
	{"transcript,transcription,captions", "", "startTranscription, stopTranscription"},
	{"mute,mute someone,mute others", "", "mute, muteParticipant, muteAll"},
	{"unmute", "", "unmute"},
	{"screen sharing,share screen,content", "", "changeScreenSharingRole, listContentSharingSessions"},
	{"silence,one way audio,no audio,media quality,mos,jitter", "", "getRecording, recordResponse"},
	// People.
	{"participant,participants,roster,attendees,who is in", "An event's `participants` is the roster: `any(participants, .info.identity.user.id == carol)`.", "listParticipants, await, participant"},
	{"kick,remove,throw out", "", "removeParticipant"},
	{"lobby,waiting room,admit", "", "admitFromLobby, admitAllFromLobby, removeFromLobby"},
	{"caller id,caller,ani,from number,display name", "Who calls is `call.source.identity`; how a call of the bot's shows itself is `source` of `createCall`.", "createCall, identitySet"},
	{"phone number,phone,pstn,e164,tel,number", "A number is `identity: {phone: {id: \"+15551234567\"}}`, in quotes or not; it stays text.", "identitySet, createCall"},
	{"sip,sbc,sip uri,direct routing", "Graph knows no SIP: a number is reached as `phone`, and what SIP said is in the codes: `callflow explain 486`.", "identitySet, createCall"},
	{"tenant,tenant id,guest,external user,federated", "", "identity, callflow.yaml"},
	{"bot,application,app id,resource account", "", "callflow.yaml, identitySet"},
	{"user,agent,person,callee,people", "", "world, identitySet"},
	// Steps.
	{"wait,pause,delay,sleep", "An `await` is over as soon as the event comes; `sleep` is for what no event tells.", "await, sleep, poll"},
	{"wait for,wait until,listen,event,expect event,notification,webhook event", "", "await"},
	{"if,condition,when,unless,skip,switch,case", "`if` on each step of a branch; what a scenario as a whole needs is `requires`.", "if, requires"},
	{"else,elif,otherwise,branching", "There is no else: the steps of the other branch have an `if` with the opposite, as `if: not (…)`.", "if"},
	{"loop,for,foreach,each,while,iterate,repeat", "`forEach` goes through a list, `poll` reads until something holds, `retry` sends again what failed; `callflow run --repeat 100` runs it all again.", "forEach, poll, retry"},
	{"retry,retries,backoff,attempts,try again", "", "retry"},
	{"assert,assertion,check,verify,should,validate,test", "", "expect, await, expressions"},
	{"not,must not,never happens,negative test", "", "expectNone, never"},
	{"variable,variables,var,parameter,input,inputs,argument,args", "", "vars, include, set"},
	{"save,store,extract,register,output", "", "capture, outputs"},
	{"env,environment,environment variable,dotenv,getenv", "`${{ env.NAME }}` stands in `vars`, in `secrets` and in callflow.yaml only.", "vars, secrets, callflow.yaml"},
	{"password,client secret,credentials,token,bearer,oauth,certificate,mask", "A target's credentials stand in callflow.yaml, by the names of environment variables; a fault can give a wrong token.", "callflow.yaml, secrets"},
	{"time out,deadline,max time", "", "timeout, defaults"},
	{"clean up,tear down,after,always,finalizer", "`finally` runs whatever happened; calls that are left are hung up without it.", "finally, leak"},
	{"set up,before,fixture,precondition", "What comes first is the first of the steps; what several scenarios share is a file for `include`.", "include, steps"},
	{"tag,label,group,filter,select,suite,smoke", "`callflow run --tag 'smoke and not slow'` selects by them.", "tags"},
	{"parameterize,data driven,table,examples,rows,excel,dataset", "", "matrix"},
	{"concurrent,async,simultaneous,background,fork", "", "parallel"},
	{"reuse,import,template,function,macro,subroutine,library", "", "include"},
	{"print,echo,debug,comment", "", "log"},
	{"mock,stub,simulator,fake,virtual,test users", "", "simulate, world"},
	{"fault,error injection,inject,failure,chaos monkey,outage", "", "world, simulate"},
	{"latency,lost notification,duplicate,out of order,race", "`callflow run --chaos all` has notifications come late, twice and in another order; a fault in `simulate` does it to one.", "world"},
	{"config,configuration,settings,project,target,environment file", "", "callflow.yaml"},
	// The service.
	{"http,rest,api,graph,get,post,raw request", "", "request"},
	{"403,forbidden,permission,permissions,consent,401,unauthorized", "A refusal of the service; `callflow explain 403` says which permissions there are, and a fault with `status: 403` makes one.", "retry, world"},
	{"404,not found,409,conflict,500,503,5xx,4xx,status code", "`callflow explain 404` says what a code means; `retry` with `when: response.status in [404, 503]` sends the request again.", "retry, world"},
	{"code,subcode,result info,error code,sip code,486,487,603", "`callflow explain 486`, or `callflow explain 500/7117`, says what a code means; expressions see `call.resultInfo.code`.", "expressions, resultInfo"},
	{"rate limit,throttle,throttled,too many requests,retry after", "", "429"},
	{"webhook,callback,callback url,callback uri,notification url,tunnel,ngrok,public url", "Where notifications come to is `publicUrl` of a target.", "callflow.yaml"},
	{"regex,regexp,regular expression,wildcard,contains,substring", "`x matches \"^a\"`, `x contains \"a\"`, `x startsWith \"a\"`.", "expressions, functions"},
	{"report,junit,html,ci", "`callflow run --report junit=report.xml`; `callflow run --help` has the kinds.", ""},
	{"ladder,sequence diagram,trace,call flow", "`callflow ladder` shows what a run did: `callflow ladder --help`.", ""},
	{"schedule,cron,nightly,monitor", "callflow keeps no schedule: cron or a pipeline runs it.", "tags"},
}

// plainTopic is a topic without what people write differently.
func plainTopic(topic string) string {
	return strings.NewReplacer(" ", "", "-", "", "_", "").Replace(strings.ToLower(topic))
}

// findSaying is the saying that a topic is one of, in one word or in several.
func findSaying(topic string) (saying, bool) {
	for _, s := range sayings {
		for word := range strings.SplitSeq(s.words, ",") {
			if plainTopic(word) == plainTopic(topic) {
				return s, true
			}
		}
	}
	return saying{}, false
}

// page is what is shown for a saying: the page, when there is but one, else where to read on.
func (s saying) page(topic string, voc *schema.Vocabulary) string {
	about := map[string]string{configTopics[0]: "what a project shares, and its targets"}
	for _, c := range slices.Backward(voc.Contents()) {
		for _, r := range c.Rows {
			about[r[0]] = r[1]
		}
	}
	var b strings.Builder
	if s.text != "" {
		fmt.Fprintln(&b, s.text)
	}
	pages := strings.Split(s.pages, ", ")
	if s.pages == "" {
		return b.String()
	}
	if len(pages) == 1 {
		page, err := findTopic(voc, pages[0])
		if err != nil {
			return b.String()
		}
		return b.String() + "\n" + page
	}
	fmt.Fprintf(&b, "\n%q is about:\n\n", topic)
	for _, name := range pages {
		line := "- `callflow docs " + name + "`"
		if about[name] != "" {
			line += ": " + about[name]
		}
		fmt.Fprintln(&b, line)
	}
	return b.String()
}

// sayingWords are all words of the sayings, for suggestions.
func sayingWords() []string {
	words := map[string]bool{}
	for _, s := range sayings {
		for word := range strings.SplitSeq(s.words, ",") {
			words[word] = true
		}
	}
	return slices.Sorted(maps.Keys(words))
}
