/** Model packs: which networks belong together, where their files are, and how they get there. */

export { isRole, type Role, roles, roleTitles } from '../networks/roles.ts'
export { type Downloaded, type DownloadOptions, type DownloadProgress, download } from './download.ts'
export { ModelError } from './errors.ts'
export { type FetchedFile, type FetchOptions, type FetchResult, fetchPack } from './fetch.ts'
export { type ImportOptions, type ImportResult, importModels } from './import.ts'
export { type ListedNetwork, type ListedPack, listPacks } from './list.ts'
export { type LoadedPack, loadPack, packNames } from './load.ts'
export { type Network, type Pack, packSchema } from './pack.ts'
export { packPath } from './path.ts'
export { cachedPackFolder, cacheFolder } from './places.ts'
export { type RemoveResult, removeModels } from './remove.ts'
export { type VerifiedNetwork, type VerifyOptions, type VerifyResult, verifyPack } from './verify.ts'
