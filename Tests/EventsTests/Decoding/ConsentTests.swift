import Testing

@testable import Events

/// What an envelope says about consent.
@Suite struct ConsentTests {
    static func consent(_ context: String, _ categories: ConsentCategories = .usual) -> Consent? {
        var decoder = Decoder(categories: categories)
        let text = viewed(#""userId":"u1","timestamp":"2026-03-01T10:00:00Z","context":\#(context)"#)
        return withBytes(text) { value in
            guard case .fact = decoder.decode(value, recordTime: EventTime.unknown) else { return nil }
            return decoder.fact.consent
        }
    }

    @Test(arguments: [
        "{}", "null", #"{"consent":null}"#, #"{"consent":{}}"#, #"{"consent":{"categoryPreferences":null}}"#,
        #"{"consent":"yes"}"#, #"{"consent":{"tcfPolicyVersion":4}}"#,
    ])
    func `nothing said, nothing refused`(context: String) {
        #expect(Self.consent(context) == .unstated)
        #expect(Consent.unstated.allows(.profile) && Consent.unstated.allows(.marketing))
    }

    @Test(arguments: [
        (#"{}"#, false, false), (#"{"Analytics":true,"Advertising":true}"#, true, true),
        (#"{"Analytics":true}"#, true, false), (#"{"Advertising":true}"#, false, false),
        (#"{"Analytics":true,"Advertising":false,"Functional":true}"#, true, false),
        (#"{"Analytics":"true","Advertising":1}"#, false, false),
        (#"{"Analytics":true,"Advertising":true,"Advertising":false}"#, true, false),
        (#"{"Analytics":true,"Advertising":{"a":[true]}}"#, true, false),
    ])
    func `only true is a yes`(preferences: String, profile: Bool, marketing: Bool) throws {
        let consent = try #require(Self.consent(#"{"consent":{"categoryPreferences":\#(preferences)}}"#))
        #expect(consent.isStated && consent.allows(.profile) == profile && consent.allows(.marketing) == marketing)
    }

    @Test func `all of a purpose's categories have to be allowed`() throws {
        let categories = try #require(ConsentCategories(profile: ["a", "b"], marketing: ["b", "c"]))
        let some = Self.consent(#"{"consent":{"categoryPreferences":{"a":true,"c":true}}}"#, categories)
        let all = Self.consent(#"{"consent":{"categoryPreferences":{"c":true,"b":true,"a":true}}}"#, categories)
        #expect(some?.allows(.profile) == false && all?.allows(.marketing) == true)
        #expect(categories.all == ["a", "b", "c"])
        #expect(ConsentCategories(profile: (0..<17).map { "c\($0)" }, marketing: []) == nil)
        let free = try #require(ConsentCategories(profile: [], marketing: []))
        #expect(Self.consent(#"{"consent":{"categoryPreferences":{}}}"#, free)?.allows(.marketing) == true)
    }

    @Test func `a word limits another`() {
        let one = Consent(profile: true, marketing: false)
        #expect(one.limited(by: .unstated) == one && Consent.unstated.limited(by: one) == one)
        #expect(!one.limited(by: Consent(profile: false, marketing: true)).allows(.profile))
    }

    @Test func `a consent event is a fact`() {
        let text = track("Segment Consent Preference Updated", "")
        #expect(told(text).hasPrefix("consentUpdated u1"))
    }
}
