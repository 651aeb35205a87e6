/** What is loaded with the list of devices. */
export { DevicesView } from "./devices_view.tsx";
