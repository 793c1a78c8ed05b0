/** Of betalab, "0.1.0"; the build puts it in. */
declare const __VERSION__: string;

/** Where the glossary's page is, from an app's own address; the build puts it in. */
declare const __GLOSSARY__: string;

/** Fonts, and the colours and controls that the reports have; the build makes it of `src/pages`. */
declare module "*.css";
declare module "virtual:betalab.css";
