"""The tables of mail: what arrived, and the keys that mail is signed with."""
