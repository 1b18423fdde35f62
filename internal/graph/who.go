package graph

// All are the identities of a set that are set; there should be one.
func (s *IdentitySet) All() (all []*Identity) {
	if s == nil {
		return nil
	}
	for _, one := range []*Identity{s.User, s.Application, s.ApplicationInstance, s.Phone, s.Guest, s.Encrypted, s.OnPremises,
		s.AzureCommunicationServicesUser, s.ACSApplicationInstance, s.AssertedIdentity, s.Device} {
		if one != nil {
			all = append(all, one)
		}
	}
	return all
}

// identityKinds are the members of an identity set, in the order in which people are named by them.
var identityKinds = [...]string{"user", "application", "phone", "guest", "applicationInstance", "azureCommunicationServicesUser",
	"onPremises", "encrypted", "acsApplicationInstance", "assertedIdentity", "device"}

// PersonName is the display name of a participant or a participantInfo, as views have them, else the id.
func PersonName(p map[string]any) string {
	info := AsObject(p["info"])
	if info == nil {
		info = p
	}
	identity := AsObject(info["identity"])
	for _, kind := range identityKinds {
		who := AsObject(identity[kind])
		if name := AsText(who["displayName"]); name != "" {
			return name
		}
		if id := AsText(who["id"]); id != "" {
			return id
		}
	}
	return AsText(p["id"])
}

// IdentityIDs are the canonical ids in an identity set, as views have it.
func IdentityIDs(identity map[string]any) (ids []string) {
	for _, kind := range identityKinds {
		if id := AsText(AsObject(identity[kind])["id"]); id != "" {
			ids = append(ids, CanonicalID(id))
		}
	}
	return ids
}
