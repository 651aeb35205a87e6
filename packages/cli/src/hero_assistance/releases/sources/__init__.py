"""Where a release comes from: a folder, an archive that is checked, a download that goes on."""
