package steps

import (
	"fmt"

	"callflow/internal/graph"
	"callflow/schema"
)

type getRecordingParams struct {
	Location string `json:"location" required:"true" format:"uri" doc:"Where it is: the operation's recordingLocation."`
	Token    string `json:"token" required:"true" doc:"What opens it: the operation's recordingAccessToken. It is sent there and nowhere else; the bot's own token is not."`
}

type getRecordingOutputs struct {
	Recording graph.Object[Recording] `json:"recording" doc:"The file."`
	Response  ResponseNames           `json:"response" doc:"The response; the file itself is not in its body."`
}

// Recording is what expressions see of a recording.
type Recording struct {
	Bytes         int     `json:"bytes" doc:"The size of the file."`
	ContentType   string  `json:"contentType" doc:"Its type, as the response tells it: application/octet-stream."`
	Duration      float64 `json:"duration" doc:"How long it is, in seconds; absent when the file is no WAV of PCM samples."`
	Peak          float64 `json:"peak" doc:"Its loudest sample, 0 to 1: 0 is silence. Of samples of 16 bits."`
	Channels      int     `json:"channels" doc:"1 is mono."`
	SampleRate    int     `json:"sampleRate" doc:"Samples a second."`
	BitsPerSample int     `json:"bitsPerSample" doc:"Bits of a sample."`
	Problem       string  `json:"problem" doc:"Why nothing but the size is known of it; absent normally."`
}

var getRecording = Define[getRecordingParams, getRecordingOutputs](schema.Verb{
	Name:    "getRecording",
	Summary: "fetch a recording, and tell how long and how loud it is",
	Detail: "It takes what a completed recordResponse yields. The file does not enter the journal: what is kept of it is in\n" +
		"`recording`. Journals mask the token.",
	Role:       schema.Reads,
	Idempotent: true,
	Example: `- id: message
  recordResponse: {call: "${{ p2pCall }}", stopTones: ["#"]}
- getRecording:
    location: ${{ steps.message.operation.recordingLocation }}
    token: ${{ steps.message.operation.recordingAccessToken }}
  expect: recording.duration > 1 && recording.peak > 0.1`,
}, runGetRecording)

func runGetRecording(env Env, p *getRecordingParams) (Outputs, error) {
	for _, given := range []struct{ name, value string }{{"location", p.Location}, {"token", p.Token}} {
		if given.value == "" { // as a cancelled recording has it
			return nil, &FailureError{Failure: &Failure{Kind: "value", Pos: env.Step().Params.At(given.name),
				Text: fmt.Sprintf("%s is empty: there is no recording to fetch", given.name)}}
		}
	}
	reply, out, err := send(env, graph.Command{Op: "getRecording", URL: p.Location, Token: p.Token})
	if err != nil {
		return out, err
	}
	file := map[string]any{"bytes": len(reply.File)}
	if contentType := reply.Headers.Get("Content-Type"); contentType != "" {
		file["contentType"] = contentType
	}
	out["recording"] = file
	sound, err := graph.ReadSound(reply.File)
	if err != nil {
		file["problem"] = err.Error()
		return out, nil
	}
	file["duration"], file["channels"], file["sampleRate"] = sound.Duration.Seconds(), sound.Channels, sound.SampleRate
	file["bitsPerSample"] = sound.BitsPerSample
	if sound.BitsPerSample == 16 {
		file["peak"] = sound.Peak
	}
	return out, nil
}
