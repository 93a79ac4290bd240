/// What OpenSSL has against a certificate, by its number (`X509_V_ERR_…`), with the remedy.
enum CertificateError {
    static func reason(_ error: Int32) -> String {
        switch error {
        case 9: "its certificate is not valid yet: check this machine's clock"
        case 10: "its certificate has expired: renew it, or check this machine's clock"
        case 2, 18, 19, 20, 21:
            "its certificate is signed by an authority that is not known here: set ssl.ca.location to its PEM file"
        case 23: "its certificate has been revoked"
        case 62, 64:
            "its certificate is for another host: name the host in bootstrap.servers as the certificate does"
        default: "its certificate is not trusted (X509 error \(error)): check ssl.ca.location and the certificate"
        }
    }
}
