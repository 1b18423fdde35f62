package steps

import "callflow/schema"

var addLargeGalleryView = Define[actionParams, operationOutputs](schema.Verb{
	Name:    "addLargeGalleryView",
	Summary: "add the large gallery view to a meeting",
	Detail:  "The API has nothing to take it away again. Legacy has no such operation.",
	Role:    schema.Acts, Goals: operationGoals, Operates: true,
	Example: `addLargeGalleryView: ${{ meetingCall }}`,
	Check:   checkAction,
}, runAction("addLargeGalleryView"))
