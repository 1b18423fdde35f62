package graph

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Sound is what is known of a WAV file: prompts are such files, and recordings.
type Sound struct {
	Channels      int
	SampleRate    int // a second
	BitsPerSample int
	Bytes         int           // of samples
	Duration      time.Duration // of all of them
	Peak          float64       // the loudest sample of 16 bits, 0 to 1; 0 is silence
}

// ReadSound reads a WAV file of PCM samples. What follows the samples is not looked at; samples that the header promises
// and that are not there are not counted, because a recording that is still going on has them.
func ReadSound(file []byte) (Sound, error) {
	if len(file) < 12 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE" {
		return Sound{}, errors.New("it is no WAV file: it does not begin with RIFF and WAVE")
	}
	var s Sound
	for rest := file[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), uint64(binary.LittleEndian.Uint32(rest[4:8]))
		chunk := rest[8:min(uint64(len(rest)), 8+size)]
		switch name {
		case "fmt ":
			if err := s.readFormat(chunk); err != nil {
				return Sound{}, err
			}
		case "data":
			if s.SampleRate == 0 {
				return Sound{}, errors.New("its samples come before its format")
			}
			s.measure(chunk)
			return s, nil
		}
		next := 8 + size + size%2 // chunks begin at even places
		if next >= uint64(len(rest)) {
			break
		}
		rest = rest[next:]
	}
	return Sound{}, errors.New("it has no samples: no chunk data")
}

func (s *Sound) readFormat(chunk []byte) error {
	if len(chunk) < 16 {
		return fmt.Errorf("its format has %d bytes instead of 16", len(chunk))
	}
	// 1 is PCM, 0xfffe a longer header that says so further on.
	if coding := binary.LittleEndian.Uint16(chunk); coding != 1 && coding != 0xfffe {
		return fmt.Errorf("its samples are of coding %d, not PCM", coding)
	}
	s.Channels = int(binary.LittleEndian.Uint16(chunk[2:]))
	s.SampleRate = int(binary.LittleEndian.Uint32(chunk[4:]))
	s.BitsPerSample = int(binary.LittleEndian.Uint16(chunk[14:]))
	if s.Channels == 0 || s.SampleRate == 0 || s.BitsPerSample == 0 || s.BitsPerSample%8 != 0 {
		return fmt.Errorf("its format makes no sense: %d channels, %d samples a second, %d bits", s.Channels, s.SampleRate, s.BitsPerSample)
	}
	return nil
}

func (s *Sound) measure(samples []byte) {
	frame := s.Channels * s.BitsPerSample / 8
	frames := len(samples) / frame
	s.Bytes = frames * frame
	s.Duration = time.Duration(float64(frames) / float64(s.SampleRate) * float64(time.Second))
	if s.BitsPerSample != 16 {
		return
	}
	loudest := 0
	for i := 0; i+1 < s.Bytes; i += 2 {
		v := int(int16(binary.LittleEndian.Uint16(samples[i:])))
		loudest = max(loudest, v, -v)
	}
	s.Peak = float64(loudest) / 32768
}

// ForPrompts says why the service would not play the file: it takes mono of 16 bits and 16 kHz. "" when it would.
// https://learn.microsoft.com/graph/api/resources/mediainfo
func (s Sound) ForPrompts() string {
	if s.Channels == 1 && s.BitsPerSample == 16 && s.SampleRate == 16000 {
		return ""
	}
	return fmt.Sprintf("it has %d channels, %d bits and %d Hz; prompts are mono, 16 bit, 16000 Hz", s.Channels, s.BitsPerSample, s.SampleRate)
}

// AppendSound appends a WAV file of that length to b, mono of 16 bits and 16 kHz, whose samples are given by sample.
func AppendSound(b []byte, length time.Duration, sample func(at time.Duration) int16) []byte {
	const rate = 16000
	n := int(length * rate / time.Second)
	le := binary.LittleEndian
	b = append(b, "RIFF"...)
	b = le.AppendUint32(b, uint32(36+2*n))
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, 1) // PCM
	b = le.AppendUint16(b, 1)
	b = le.AppendUint32(b, rate)
	b = le.AppendUint32(b, 2*rate)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(2*n))
	for i := range n {
		b = le.AppendUint16(b, uint16(sample(time.Duration(i)*time.Second/rate)))
	}
	return b
}
