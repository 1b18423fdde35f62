package schema

// Opaque says that expressions never see inside a step.
func (Step) Opaque() {}

// Opaque says that expressions never see inside a template.
func (Template) Opaque() {}
