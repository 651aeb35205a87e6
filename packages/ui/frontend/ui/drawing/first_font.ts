/** Asks for the letters of the first words before anything is drawn: else the first rows are laid out twice, in two fonts. */
void document.fonts.load('1rem "Inter Variable"').catch(() => {});
