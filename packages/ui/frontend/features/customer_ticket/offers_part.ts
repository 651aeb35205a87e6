/** What is loaded for users with whom tickets are shared, over their list. */
export { Offers } from "./offer.tsx";
