// Package report turns journals into what people read: one file per format. It reads records, never a running run.
package report
