"""The doctor: it checks the invariants of a store on all that the store holds."""
