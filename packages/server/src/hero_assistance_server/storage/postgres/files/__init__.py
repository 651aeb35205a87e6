"""The files of attachments as rows: chunks by their SHA-256, which every node and every standby has."""
