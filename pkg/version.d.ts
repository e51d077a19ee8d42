/** The version of this package: written by build.mjs. */
declare const version: string;
export default version;
