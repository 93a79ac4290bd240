import Events
import Kafka

/// The keys of `--pseudonym-key-file`.
struct PseudonymKeys {
    let pseudonyms: Pseudonyms
    /// What an operator has to know of them, if anything.
    let warning: String?

    /// - Throws: ``Exit`` with code 78 for a file that cannot be used, naming the line and never what stands there.
    static func read(_ settings: Settings) throws(Exit) -> PseudonymKeys {
        guard let path = settings.pseudonymKeyFile else {
            return PseudonymKeys(
                pseudonyms: Pseudonyms(),
                warning: "no pseudonym key is given: who is forgotten is kept under the public key k0, by which "
                    + "somebody who has your customers' ids can tell whom; make one with "
                    + "(printf 'k1 '; openssl rand -hex 32) > FILE, then --pseudonym-key-file FILE"
            )
        }
        return try PseudonymKeys(path: path)
    }

    private init(pseudonyms: Pseudonyms, warning: String?) {
        self.pseudonyms = pseudonyms
        self.warning = warning
    }

    private init(path: String) throws(Exit) {
        let file: SecretFile
        do throws(SecretFile.Refusal) {
            file = try SecretFile(path: path)
        } catch {
            throw Exit(.configuration, "pseudonymKeyFile: \(error)")
        }
        do throws(Pseudonyms.Malformed) {
            self.init(pseudonyms: try Pseudonyms(file: file.text), warning: file.warning)
        } catch {
            throw Exit(
                .configuration,
                "pseudonymKeyFile: \(path), line \(error.line): wants an id of at most eight lower-case letters and "
                    + "digits (not k0), white space, and at least \(PseudonymKey.shortest * 2) hexadecimal digits"
            )
        }
    }
}
