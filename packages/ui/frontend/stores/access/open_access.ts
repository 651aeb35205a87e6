/** What the access list does, and why it lets everybody in. */
export type OpenAccess = "enforced" | "unset" | "invalid" | "unread";
