"""Where mails come from: a listener for the mail server of this machine, and a mailbox that is read over IMAP."""
