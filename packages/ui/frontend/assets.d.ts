/** What the bundle takes for the address of a file. */
declare module "*.svg" {
  const address: string;
  // biome-ignore lint/style/noDefaultExport: so the bundle gives it.
  export default address;
}
