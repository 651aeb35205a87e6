"""Files the mails that arrived: whom each acts for, which ticket it is about, and what is written."""
