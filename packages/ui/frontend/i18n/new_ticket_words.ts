/** The words of the form that files a ticket. */

export const CUSTOMER_WORDS = {
  label: "Customer",
  optional: "leave it empty for a ticket of your own",
  placeholder: "Name or e-mail address",
  offers: "Customers",
  change: "Change",
  newName: "Name of the new customer",
  newHint: "Nobody has this address yet: they become a customer with this ticket.",
  unknown: "No customer is chosen",
  unknownHint: "Choose one from the list, or type an e-mail address.",
};
