package graph

import (
	"strings"
	"testing"
	"time"
)

func TestSound(t *testing.T) {
	file := AppendSound(nil, 1500*time.Millisecond, func(at time.Duration) int16 {
		if at < time.Second {
			return -32768
		}
		return 0
	})
	got, err := ReadSound(file)
	want := Sound{Channels: 1, SampleRate: 16000, BitsPerSample: 16, Bytes: 48000, Duration: 1500 * time.Millisecond, Peak: 1}
	if err != nil || got != want || got.ForPrompts() != "" {
		t.Errorf("%+v, %v", got, err)
	}
	stereo := append([]byte{}, file...)
	stereo[22] = 2
	if got, err := ReadSound(stereo); err != nil || got.Duration != 750*time.Millisecond || !strings.Contains(got.ForPrompts(), "2 channels") {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := ReadSound(file[:44+32000]); err != nil || got.Duration != time.Second {
		t.Errorf("a file that breaks off: %+v, %v", got, err)
	}
	float := append([]byte{}, file...)
	float[20] = 3
	none := append([]byte{}, file...)
	none[24], none[25] = 0, 0
	for name, bad := range map[string][]byte{"empty": nil, "html": []byte("<html>not found</html>"), "cut": file[:20], "float": float, "no rate": none, "no data": file[:36]} {
		if got, err := ReadSound(bad); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// FuzzReadSound: a file from anywhere is read or refused, and what is read makes sense.
func FuzzReadSound(f *testing.F) {
	f.Add(AppendSound(nil, 10*time.Millisecond, func(time.Duration) int16 { return 7 }))
	f.Add([]byte("RIFF\xff\xff\xff\xffWAVEdata\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := ReadSound(file)
		if err == nil && (s.Bytes > len(file) || s.Duration < 0 || s.Peak < 0 || s.Peak > 1) {
			t.Errorf("%+v of %d bytes", s, len(file))
		}
	})
}
