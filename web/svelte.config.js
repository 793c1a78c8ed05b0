/** A canvas with a role is a picture or an application to those who can't see it, as ARIA allows; Svelte's warning is stricter. */
export default {
  compilerOptions: {
    runes: true,
    warningFilter: ({ code }) => code !== "a11y_no_interactive_element_to_noninteractive_role",
  },
};
